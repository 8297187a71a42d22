// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Storage layout of IParams: layout only, no code
contract ParamsStorage {
    struct Entry {
        uint248 value;
        bool isSet;
    }

    address internal governor;
    address internal devAdmin;
    /// By place in the table of parameters.ts, which only grows at its end.
    Entry[128] internal entries;
}
