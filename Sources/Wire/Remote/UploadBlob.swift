import API
import AsyncHTTPClient
package import Contract
import Evidence
import Files
import NIOHTTP1
import Primitives

// Large blobs go on where they broke off, within one call and after it (docs/decisions/0024).

extension Connection {
    /// From so many bytes on a blob is brought so: less is quickly sent again.
    package static let resumedBytesMin = 8 << 20

    /// What goes on is sent in parts of at least so many bytes, whose digest is signed: they are held in memory.
    private static let partBytes = 4 << 20

    /// Brings a blob, whose digest is that of `content`, from where its upload ends to its end. `goingOn` hears where
    /// that is, each time it is not the beginning.
    ///
    /// Throws `PartyError` and `Problem` like `call`, and what reading `content` throws.
    package func upload(
        _ blob: BlobName, of record: RecordHandle, to organisation: OrganisationName,
        _ content: RepeatableContent, goingOn: @Sendable (_ offset: Int) -> Void = { _ in },
        progress: @escaping @Sendable (Int) -> Void
    ) async throws {
        let route = Routes.Organisation(organisation).upload(blob.text, of: record.hex)
        var (failures, furthest) = (0, 0)
        while true {
            do {
                let state = try await uploadState(route)
                if state.isComplete { return }
                guard state.byteCount <= content.byteCount else {
                    throw PartyError.unverified("the server claims to have more of a file than there is")
                }
                if state.byteCount > furthest { (furthest, failures) = (state.byteCount, 0) }
                if state.byteCount == 0 {
                    _ = try await once(.patch, route, .upload(content), progress: progress)
                } else {
                    goingOn(state.byteCount)
                    try await goOn(route, content, from: state.byteCount, progress: progress)
                }
                return
            } catch let error where Self.maySucceedAgain(error) {
                failures += 1
                guard failures < Self.breaksMax else { throw error }
                try await Self.pause(after: failures)
            }
        }
    }

    /// Sends what is left in parts, each with its own digest: the digest of all of it would have to be made first.
    private func goOn(
        _ route: String, _ content: RepeatableContent, from start: Int,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws {
        let next = try content.reading(from: start)
        var offset = start
        repeat {
            progress(offset)
            var part = [UInt8]()
            part.reserveCapacity(Self.partBytes + 2 << 20)
            while part.count < Self.partBytes, let piece = try await FileThreads.shared.run(next) {
                part += piece
            }
            let isLast = offset + part.count >= content.byteCount
            _ = try await once(.patch, route, .uploadPart(part, offset: offset, isLast: isLast))
            offset += part.count
            guard !part.isEmpty || isLast else {
                throw PartyError.unavailable("a file to send has become shorter")
            }
        } while offset < content.byteCount
        progress(offset)
    }

    /// How much the server has. An answer to HEAD has no reason: where it is a refusal, the call that follows brings it.
    private func uploadState(_ route: String) async throws -> Upload.State {
        let header: (String) -> String?
        do {
            header = try await once(.head, route, .none)
        } catch let problem as Problem where problem.type != .conflict {
            return Upload.State(byteCount: 0, isComplete: false)
        }
        guard let byteCount = header(Upload.offsetHeader).flatMap({ Int($0) }), byteCount >= 0,
            let isComplete = header(Upload.completeHeader).flatMap({ Upload.isComplete($0) })
        else { throw PartyError.unverified("the server does not say how much it has of an upload") }
        return Upload.State(byteCount: byteCount, isComplete: isComplete)
    }

    /// Makes a call once, reads its answer to the end, and gives its headers.
    private func once(
        _ method: Method, _ path: String, _ content: Content, progress: (@Sendable (Int) -> Void)? = nil
    ) async throws -> (_ header: String) -> String? {
        let authority = authority(of: path, at: nil)
        do {
            let response = try await waiting {
                try await attempt(
                    method, path, query: [], to: authority, content, deadline: content.deadline,
                    progress: progress)
            }
            _ = try await response.body.collect(upTo: 64 << 10)
            return { response.headers.first(name: $0) }
        } catch let error as ContentError {
            throw error.cause
        } catch let problem as Problem {
            throw problem
        } catch let failure as PartyError {
            throw failure
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw await failure(authority, error)
        }
    }

    /// Whether the same may succeed later: nothing answered, or what was sent before is still being taken.
    private static func maySucceedAgain(_ error: any Error) -> Bool {
        switch error {
        case let problem as Problem: [.conflict, .mismatchingUploadOffset].contains(problem.type)
        case let failure as PartyError: failure.code == .unavailable
        default: false
        }
    }
}
