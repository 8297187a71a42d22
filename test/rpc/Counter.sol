// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What the tools' tests deploy: storage, an event, three ways to fail, a loop without end, a call to a native.
contract Counter {
    uint256 public count;
    mapping(uint256 => uint256) internal filled;

    event Counted(address indexed who, uint256 count);

    error TooMuch(uint256 wanted, uint256 max);

    constructor(uint256 start) {
        count = start;
        filled[1] = 1;
        filled[2] = 2;
    }

    function add(uint256 n) external {
        require(n != 7, "seven is out");
        if (n > 100) revert TooMuch(n, 100);
        count += n;
        emit Counted(msg.sender, count);
    }

    /// Gets gas back (EIP-3529).
    function clear() external {
        filled[1] = 0;
        filled[2] = 0;
    }

    /// The inner call gets at most 63/64 of the gas and must succeed.
    function relay(uint256 n) external {
        this.add(n);
    }

    /// A round of blake2f (EIP-152) costs 1 gas and far more time than other gas buys, so a call's gas lasts for seconds.
    function spin() external view {
        bytes memory input = new bytes(213);
        input[1] = 0x01; // 65,536 rounds
        while (true) {
            (bool isSuccess,) = address(9).staticcall(input);
            require(isSuccess, "blake2f failed");
        }
    }

    function openDatanet(address native, bytes calldata input) external returns (bytes memory output) {
        bool isSuccess;
        (isSuccess, output) = native.call(input);
        require(isSuccess, "native failed");
    }
}
