import Auditors
import Contract
import Members
import Patients
import Remote
import Terminal
import Workflow

// Ids that were typed in part, completed from what their reader can see: a patient's from the wallet's own lists, so that
// no server learns more than from the order itself; a member's by the ledger's server.

extension Connection {
    func record(_ typed: TypedRecord) async throws -> RecordHandle {
        try await typed.completed("record", Self.statements) { try await records(beginning: typed.digits) }
    }

    /// `noun` is what the statement is: "grant", "request".
    func statement(_ typed: TypedStatement, _ noun: String) async throws -> StatementID {
        try await typed.completed(noun, noun == "grant" ? "medseal grants lists them" : Self.statements) {
            try await statements(beginning: typed.digits)
        }
    }

    /// Whatever stands on the ledger under that id.
    func anything(_ typed: TypedID<DigestMeaning>) async throws -> Digest {
        try await typed.completed("id on the ledger", Self.statements) {
            let records = try await records(beginning: typed.digits).map(\.bytes)
            let statements = try await statements(beginning: typed.digits).map(\.bytes)
            let members = try await members(beginning: typed.digits).map(\.bytes)
            return (records + statements + members).compactMap { Digest($0) }
        }
    }

    func member(_ typed: TypedKey) async throws -> PublicKey {
        try await typed.completed("member", "medseal member list shows their keys") {
            try await members(beginning: typed.digits)
        }
    }

    private static var statements: String { "medseal ledger list finds what is on the ledger" }
}

extension Patient {
    func record(_ typed: TypedRecord) async throws -> RecordHandle {
        try await typed.completed("record", "medseal records lists them") {
            try await ownRecords().map(\.handle)
        }
    }

    func records(_ typed: [TypedRecord]) async throws -> [RecordHandle] {
        var records = [RecordHandle]()
        for each in typed { records.append(try await record(each)) }
        return records
    }

    func request(_ typed: TypedStatement) async throws -> StatementID {
        try await typed.completed("request", "medseal inbox lists them") { try await namedRequests() }
    }

    func grant(_ typed: TypedStatement) async throws -> StatementID {
        try await typed.completed("grant", "medseal records lists them") {
            try await givenGrants().map(\.id)
        }
    }

    func emergency(_ typed: TypedStatement) async throws -> StatementID {
        try await typed.completed("emergency", "medseal history shows them") { try await emergencies() }
    }

    func entrustedRecord(_ typed: TypedRecord) async throws -> RecordHandle {
        try await typed.completed("entrusted record", "medseal proxy list shows them") {
            try await entrusted().map(\.handle)
        }
    }

    func entrustedGrant(_ typed: TypedStatement) async throws -> StatementID {
        try await typed.completed("grant", "the owner's medseal records lists them") {
            try await entrustedGrants().map(\.id)
        }
    }

    /// A guardian or proxy of an own record.
    func delegate(_ typed: TypedKey, of record: RecordHandle) async throws -> PublicKey {
        try await typed.completed("guardian", "medseal history shows their keys") {
            try await delegates(of: record)
        }
    }

    /// Any member, for an own record.
    func member(_ typed: TypedKey, for record: RecordHandle) async throws -> PublicKey {
        try await typed.completed("member", "a member finds keys with medseal member list") {
            try await members(beginning: typed.digits, for: record)
        }
    }

    /// A member who has a grant of the patient's.
    func grantee(_ typed: TypedKey) async throws -> PublicKey {
        try await typed.completed("grantee", "medseal records lists your grants") {
            try await givenGrants().compactMap(\.state.grantee)
        }
    }
}
