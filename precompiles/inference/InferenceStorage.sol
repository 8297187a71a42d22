// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IInference} from "./IInference.sol";
import {IModel} from "../model/IModel.sol";

/// @title Storage layout of IInference: layout only, no code
contract InferenceStorage {
    struct Provider {
        bool isRegistered;
        uint32 openJobs;
        uint256 bondWei;
        string endpoint;
    }

    struct Job {
        address requester;
        IInference.JobState state;
        uint32 maxInputTokens;
        uint32 maxOutputTokens;
        bytes32 versionId;
        uint64 wantedProvider;
        uint64 provider;
        uint64 answerBy;
        uint64 attestBy;
        uint128 escrowWei;
        uint128 callbackWei;
        IModel.Rates rates;
        uint128 platformFlatWei;
        uint16 platformBps;
        uint16 k;
        uint16 tau;
        uint8 level;
        uint32 inputTokens;
        uint32 outputTokens;
        address callback;
        uint32 callbackGas;
        uint16 spanTokensMin;
        uint16 spanInfoMin;
        uint16 citationsMax;
        bytes32 inputHash;
        bytes32 outputHash;
        bytes32 queryHash;
        bytes32 citationsRoot;
        bytes callbackData;
        /// Kept only for jobs with a callback, which needs it at settlement.
        bytes output;
    }

    uint256 internal jobCount;
    uint256 internal liabilities;
    mapping(uint64 providerId => Provider) internal providers;
    mapping(uint64 providerId => mapping(bytes32 versionId => bool)) internal served;
    mapping(uint256 jobId => Job) internal jobs;
}
