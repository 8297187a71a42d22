// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAttribution} from "../../../precompiles/attribution/IAttribution.sol";
import {IContributor} from "../../../precompiles/contributor/IContributor.sol";
import {IDatanet} from "../../../precompiles/datanet/IDatanet.sol";
import {IFeeSplit} from "../../../precompiles/feeSplit/IFeeSplit.sol";
import {IAiOracleCallback} from "../../../precompiles/inference/IAiOracleCallback.sol";
import {IInference} from "../../../precompiles/inference/IInference.sol";
import {IModel} from "../../../precompiles/model/IModel.sol";
import {IParams} from "../../../precompiles/params/IParams.sol";
import {IStaking} from "../../../precompiles/staking/IStaking.sol";

/// @title A contract that uses every native: contributes, asks a model, gets the answer called back, catches refusals.
contract Consumer is IAiOracleCallback {
    IDatanet constant DATANET = IDatanet(0x0000000000000000000000000000000000000a01);
    IModel constant MODEL = IModel(0x0000000000000000000000000000000000000a02);
    IInference constant INFERENCE = IInference(0x0000000000000000000000000000000000000a03);
    IAttribution constant ATTRIBUTION = IAttribution(0x0000000000000000000000000000000000000a04);
    IFeeSplit constant FEE_SPLIT = IFeeSplit(0x0000000000000000000000000000000000000A05);
    IStaking constant STAKING = IStaking(0x0000000000000000000000000000000000000a06);
    IContributor constant CONTRIBUTOR = IContributor(0x0000000000000000000000000000000000000A07);
    IParams constant PARAMS = IParams(0x0000000000000000000000000000000000000a08);

    uint256 public lastRequestId;
    bytes public lastOutput;
    bytes public lastCallbackData;
    bytes public lastError;
    bool public failsCallback;

    error NotTheOracle(address caller);

    receive() external payable {}

    function contribute(string calldata name, bytes[] calldata rows) external returns (uint64 datanetId) {
        datanetId = DATANET.createDatanet(name, "", "CC0-1.0", IDatanet.Curation.Open, 0, "");
        DATANET.addRows(datanetId, rows);
    }

    /// @notice Adds rows that the Datanet may refuse; keeps the refusal.
    function tryContribute(uint64 datanetId, bytes[] calldata rows) external returns (bool isRefused) {
        try DATANET.addRows(datanetId, rows) {
            return false;
        } catch (bytes memory reason) {
            lastError = reason;
            return true;
        }
    }

    function askModel(IInference.Request calldata request) external payable returns (uint256 jobId) {
        return INFERENCE.request{value: msg.value}(request);
    }

    function setFailsCallback(bool fails) external {
        failsCallback = fails;
    }

    function aiOracleCallback(uint256 requestId, bytes calldata output, bytes calldata callbackData) external {
        if (msg.sender != address(INFERENCE)) revert NotTheOracle(msg.sender);
        require(!failsCallback, "not today");
        lastRequestId = requestId;
        lastOutput = output;
        lastCallbackData = callbackData;
    }

    /// @notice One view of every native, in one call.
    function lookAround()
        external
        view
        returns (uint64 datanets, uint64 models, uint256 jobs, uint256 treasury, uint64 contributor, uint256 gasLimit)
    {
        datanets = DATANET.datanetCount();
        models = MODEL.modelCount();
        jobs = INFERENCE.jobCount();
        treasury = FEE_SPLIT.treasury();
        contributor = CONTRIBUTOR.idOf(address(this));
        gasLimit = PARAMS.get("blockGasLimit");
        require(STAKING.epochHashOf(0) != bytes32(0), "no epoch");
        require(ATTRIBUTION.entriesOf.selector != bytes4(0), "no selector");
    }

    /// @notice Catches the error of each native's refusal; answers their selectors in address order.
    function refusals() external returns (bytes4[8] memory selectors) {
        try DATANET.getDatanet(type(uint64).max) {} catch (bytes memory reason) { selectors[0] = bytes4(reason); }
        try MODEL.approve(type(uint64).max) {} catch (bytes memory reason) { selectors[1] = bytes4(reason); }
        try INFERENCE.accept(type(uint256).max) {} catch (bytes memory reason) { selectors[2] = bytes4(reason); }
        try ATTRIBUTION.getAttribution(type(uint256).max) {} catch (bytes memory reason) { selectors[3] = bytes4(reason); }
        try FEE_SPLIT.treasuryPay(address(this), 1) {} catch (bytes memory reason) { selectors[4] = bytes4(reason); }
        try STAKING.beginEpoch(1, bytes32(0), bytes32(0)) {} catch (bytes memory reason) { selectors[5] = bytes4(reason); }
        try CONTRIBUTOR.finishRotation(type(uint64).max) {} catch (bytes memory reason) { selectors[6] = bytes4(reason); }
        try PARAMS.set("blockGasLimit", 1) {} catch (bytes memory reason) { selectors[7] = bytes4(reason); }
    }

    function claim(address to) external returns (uint256) {
        return FEE_SPLIT.claim(to);
    }
}
