import BrowserCalls

// What the tests call of the core in a browser: each takes a pointer to packed bytes and their count, and answers with a pointer
// to the answer's count (4 bytes, as WebAssembly has numbers) and the answer, which stay until the next call.

/// Memory for the bytes of the next call.
// WebAssembly has one thread here, and one call at a time: the caller fills the one and reads the other.
nonisolated(unsafe) private var input = UnsafeMutableRawBufferPointer(start: nil, count: 0)
nonisolated(unsafe) private var output = UnsafeMutableRawBufferPointer(start: nil, count: 0)

@_cdecl("reserve") public func reserve(_ count: UInt32) -> UnsafeMutableRawPointer? {
    input.deallocate()
    input = .allocate(byteCount: max(Int(count), 1), alignment: 16)
    return input.baseAddress
}

private func answer(
    _ pointer: UnsafeRawPointer, _ count: UInt32, _ call: ([UInt8]) -> [UInt8]
) -> UnsafeMutableRawPointer? {
    let answer = call([UInt8](UnsafeRawBufferPointer(start: pointer, count: Int(count))))
    output.deallocate()
    output = .allocate(byteCount: 4 + answer.count, alignment: 16)
    output.storeBytes(of: UInt32(answer.count), as: UInt32.self)
    UnsafeMutableRawBufferPointer(rebasing: output[4...]).copyBytes(from: answer)
    return output.baseAddress
}

@_cdecl("verify_proof") public func verifyProof(
    _ pointer: UnsafeRawPointer, _ count: UInt32
) -> UnsafeMutableRawPointer? { answer(pointer, count, ProofCall.answer) }

@_cdecl("decide") public func decideStatement(
    _ pointer: UnsafeRawPointer, _ count: UInt32
) -> UnsafeMutableRawPointer? { answer(pointer, count, DecideCall.answer) }

@_cdecl("open_age_file") public func openAgeFile(
    _ pointer: UnsafeRawPointer, _ count: UInt32
) -> UnsafeMutableRawPointer? { answer(pointer, count, OpenCall.answer) }

@_cdecl("verify_statement") public func verifyStatement(
    _ pointer: UnsafeRawPointer, _ count: UInt32
) -> UnsafeMutableRawPointer? { answer(pointer, count, StatementCall.answer) }

@_cdecl("derive_wallet") public func deriveWallet(
    _ pointer: UnsafeRawPointer, _ count: UInt32
) -> UnsafeMutableRawPointer? { answer(pointer, count, WalletCall.answer) }

@_cdecl("read_certificate") public func readCertificate(
    _ pointer: UnsafeRawPointer, _ count: UInt32
) -> UnsafeMutableRawPointer? { answer(pointer, count, CertificateCall.answer) }

@_cdecl("follow_workflow") public func followWorkflow(
    _ pointer: UnsafeRawPointer, _ count: UInt32
) -> UnsafeMutableRawPointer? { answer(pointer, count, WorkflowCall.answer) }

@_cdecl("open_record") public func openRecord(
    _ pointer: UnsafeRawPointer, _ count: UInt32
) -> UnsafeMutableRawPointer? { answer(pointer, count, EnvelopeCall.answer) }
