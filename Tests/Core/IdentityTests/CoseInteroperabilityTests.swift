import Contract
import Foundation
import Identity
import Primitives
import Testing

@testable import Surroundings

/// pycose, which shares nothing with this code, verifies what we sign (Tests/Tools/verify_cose.py).
struct CoseInteroperabilityTests {
    @Test func pycoseVerifiesAStatementAndItsPermit() throws {
        let scratch = try Scratch()
        let permit = Permit.signed(
            key: .generate(), organisation: Samples.hospital, notAfter: 9_000, network: Samples.network)
        let statement = Statement.make(.deposit(Samples.deposit(permit: permit)), now: 1_000)
        let signed = statement.signed(by: .generate(), network: Samples.network)
        for (name, bytes, payload) in [("statement", signed, statement.encoded()), ("permit", permit, nil)] {
            let file = try scratch.write(name, bytes)
            let outcome = try verify("statement", file, Samples.network.hex)
            #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
            if let payload { #expect(outcome.output.contains(Digest(hashing: payload).hex)) }

            let other = try verify("statement", file, Genesis.networkID(of: []).hex)
            #expect(other.status == 1 && other.output.contains("does not hold"), "\(other.errors)")
            var altered = bytes
            altered[altered.count - 1] ^= 1
            let broken = try verify("statement", try scratch.write("altered", altered), Samples.network.hex)
            #expect(broken.status == 1 && broken.output.contains("does not hold"), "\(broken.errors)")
        }
    }

    @Test func pycoseVerifiesAGenesis() throws {
        let scratch = try Scratch()
        let roots = [SigningKey.generate(), SigningKey.generate()]
        let file = Samples.genesis(roots: roots, ledger: .generate()).signed(by: roots)
        let outcome = try verify("genesis", try scratch.write("genesis", file))
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
        for root in roots { #expect(outcome.output.contains(root.key.hex)) }
        var altered = file
        altered[altered.count - 1] ^= 1
        #expect(try verify("genesis", try scratch.write("altered", altered)).status == 1)
    }

    private func verify(_ arguments: String...) throws -> Command.Outcome {
        let python = Repository.python
        try #require(
            FileManager.default.isExecutableFile(atPath: python),
            """
            no Python with pycose at \(python): run tools/test, which makes one; or set MEDSEAL_PYTHON; or \
            python3 -m venv .build/python && .build/python/bin/pip install pycose==1.1.0 cbor2==5.9.0
            """)
        let script = Repository.root.appendingPathComponent("Tests/Tools/verify_cose.py").path
        return try Command.run(python, [script] + arguments)
    }
}
