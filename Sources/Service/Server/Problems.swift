import API
import Contract
import Desk
import Ledger
import Logging
import Records
import Vault

// Errors as problems: each is told what it may be told, once.

extension Problem {
    /// The problem that an error becomes. What is not foreseen is logged by its type and told without detail.
    init(_ error: any Error, in route: APIRoute, _ logger: Logger) {
        switch error {
        case let problem as Problem: self = problem
        case let denial as ReleaseError: self = Self.of(denial)
        case let code as RejectionCode: self = .rejected(code)
        case let unfit as RecordKeeping.UnfitManifestError:
            self = Problem(
                .malformed, "\(unfit.manifest.text): \(unfit.reason); store the right one and name that")
        case let lost as RecordKeeping.LostError: self = Self.of(lost, logger)
        case let error as VaultError where error.code == .absent: self = .notFound
        case let error as VaultError where error.code == .digestMismatch:
            self = Problem(.digestMismatch, "the bytes have not the digest in the path")
        case let error as VaultError where error.code == .inUse:
            self = Problem(
                .conflict, "another call is bringing this blob: ask again when it has ended", retryAfter: 5)
        case let error as VaultError where error.code == .full:
            self = Problem(
                .storage, "the server has no room for this: tell who runs it, and try again later",
                retryAfter: 600)
        case let error as MismatchingOffsetError:
            self = Problem(
                .mismatchingUploadOffset, "the upload goes on at another offset: ask for it with HEAD",
                expectedOffset: error.expected, providedOffset: error.provided)
        case let reached as LimitError: self = Self.of(reached, logger)
        case let failure as DeskError: self = Self.of(failure)
        case let error as LedgerError: self = Self.of(error)
        default:
            logger.error(
                "failure",
                metadata: ["route": "\(route.path)", "error": "\(String(describing: error).prefix(300))"])
            self = Problem(.storage, "the server could not read or write its store; its log says more")
        }
    }

    private static func of(_ denial: ReleaseError) -> Problem {
        switch denial {
        case .nothing: .notFound
        case .refused(let code): .rejected(code)
        case .releaseOver:
            Problem(.notAllowed, "this release was recorded too long ago: record a new one")
        }
    }

    /// What is lost is a fault of this server's, for its operator to see: which blob of which record.
    private static func of(_ lost: RecordKeeping.LostError, _ logger: Logger) -> Problem {
        logger.error(
            "LOST: the ledger says that it is kept here, and the vault has it not",
            metadata: [
                "organisation": "\(lost.custodian)", "blob": "\(BlobAddress(lost.record, lost.blob).text)",
            ])
        return Problem(
            .lost,
            "\(lost.custodian) has lost this of record \(lost.record): the ledger says that it is kept there, and the vault has it not. Its server's log says which; deposit the files again, where they are still kept"
        )
    }

    private static func of(_ reached: LimitError, _ logger: Logger) -> Problem {
        let what = reached.kind == .release ? "records are released to" : "requests are taken from"
        let window = reached.window == .hour ? "an hour" : "a day"
        // Of the member the key, of patients nothing.
        logger.warning(
            "limit reached",
            metadata: [
                "member": "\(reached.member)", "kind": "\(reached.kind)", "limit": "\(reached.limit)",
                "within": "\(window)",
            ])
        let wait = reached.retryAfter <= 60 ? "a minute" : "\((reached.retryAfter + 59) / 60) minutes"
        return Problem(
            .tooMany,
            "at most \(reached.limit) \(what) one member within \(window): try again in \(wait)",
            retryAfter: reached.retryAfter)
    }

    /// What a ledger says of itself names positions, keys and hashes only: all of it may be told.
    private static func of(_ error: LedgerError) -> Problem {
        switch error {
        case .readOnly, .notCosigned: Problem(.readOnly, "\(error)")
        case .diskFull, .exhausted, .overloaded: Problem(.storage, "\(error)", retryAfter: 5)
        case .outOfRange, .invalidCosignature: Problem(.malformed, "\(error)")
        default: Problem(.storage, "\(error)")
        }
    }

    private static func of(_ failure: DeskError) -> Problem {
        switch failure {
        case .unknownInbox: .notFound
        case .alreadyInDirectory:
            Problem(.conflict, "this patient or this inbox stands in the directory already")
        case .tooManyPermits:
            Problem(
                .tooLarge,
                "at most \(DeskStore.firstPermitsMax) permits before an inbox is admitted, and \(DeskStore.permitsMax) in all"
            )
        case .tooManyLetters:
            Problem(
                .tooMany, "as many letters as one may leave within a day: try again later", retryAfter: 3_600)
        case .permitsOutOfOrder: Problem(.conflict, "permits are handed over in order, without a gap")
        }
    }
}
