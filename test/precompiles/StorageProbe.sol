// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// A contract that writes one of everything, as the judge of precompiles/storage.ts.
contract StorageProbe {
    struct Inner { uint64 a; bool b; address c; int24 d; bytes4 e; uint128 f; string g; bytes32 h; }

    uint8 internal small;
    int64 internal signed;
    mapping(address => uint256) internal byAddress;
    mapping(bytes4 => Inner) internal byBytes;
    mapping(uint64 => mapping(bool => int128)) internal nested;
    mapping(string => uint8) internal byText;
    uint24[] internal packed;
    Inner[] internal structs;
    uint64[5] internal fixedList;
    bytes internal blob;
    string internal text;

    function fill(uint64 n, address who, bytes calldata data, string calldata words) external {
        small = uint8(n);
        signed = -int64(n);
        byAddress[who] = uint256(n) << 200;
        byBytes[0x01020304] = Inner(n, true, who, -int24(uint24(n)), 0xaabbccdd, uint128(n) << 64, words, keccak256(data));
        nested[n][true] = -int128(uint128(n));
        byText[words] = 7;
        for (uint24 i = 0; i < 23; i++) packed.push(uint24(uint256(i) * 70000));
        packed.pop();
        structs.push();
        structs.push(Inner(1, false, address(0), 0, 0, 1, "", 0));
        structs.push(Inner(n, true, who, -1, 0xffffffff, type(uint128).max, words, bytes32(uint256(1))));
        fixedList[4] = n;
        fixedList[1] = n + 1;
        blob = data;
        text = words;
    }
}
