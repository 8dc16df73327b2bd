import API
public import ArgumentParser
import FabricChannel
import Files
import Foundation
import Glibc
import Primitives
public import Remote

/// How a program ends with an error: one sentence on standard error and one exit code.
public struct Ending {
    let sentence: String
    let code: PartyError.Code

    public init(_ sentence: String, _ code: PartyError.Code) {
        self.sentence = sentence
        self.code = code
    }

    /// What people read of `error`.
    public static func sentence(of error: any Error) -> String { Ending(error)?.sentence ?? "\(error)" }

    /// Of the errors that any of the programs may end with; nil for others.
    init?(_ error: any Error) {
        switch error {
        case let failure as PartyError: self.init("\(failure)", failure.code)
        case let error as FileError: self.init(PartyError(error))
        case let problem as Problem: self.init(problem.sentence, problem.exitCode)
        case let failure as SecretSourceError: self.init("\(failure)", .badInput)
        case let failure as ProcessStreams.OutputError: self.init("\(failure)", .unavailable)
        case let failure as FabricError: self.init("\(failure)", failure.exitCode)
        default: return nil
        }
    }
}

extension AsyncParsableCommand {
    /// Parses the arguments of the process and runs the command that they name.
    public static func runArguments() async throws {
        if let refusal = CommandName(of: self).refusal(of: CommandLine.arguments.dropFirst()) {
            throw ValidationError(refusal)
        }
        var command = try parseAsRoot()
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
        try ProcessStreams.finishOutput()
    }

    /// Ends the process with `error`; `ending` says how, where only this program knows the error.
    public static func end(with error: any Error, _ ending: Ending? = nil) -> Never {
        if let ending = ending ?? Ending(error) {
            Standard.error("\(configuration.commandName ?? ""): \(ending.sentence)")
            Glibc.exit(ending.code.rawValue)
        }
        guard exitCode(for: error) != .success, !(error is ExitCode) else {
            // Help and version are output too.
            print(fullMessage(for: error), terminator: error is ExitCode ? "" : "\n")
            do { try ProcessStreams.finishOutput() } catch { end(with: error) }
            Glibc.exit(exitCode(for: error).rawValue)
        }
        guard exitCode(for: error) == .validationFailure else {
            let ending = Ending(foreign: error)
            Standard.error("\(configuration.commandName ?? ""): \(ending.sentence)")
            Glibc.exit(ending.code.rawValue)
        }
        Standard.error(fullMessage(for: error))
        Glibc.exit(PartyError.Code.badInput.rawValue)
    }
}

extension Ending {
    /// Of an error of a library's own: in words, for its text is for programmers.
    fileprivate init(foreign error: any Error) {
        self.init(
            foreignErrorSentence(error),
            (error as? CocoaError)?.code == .fileReadNoSuchFile ? .badInput : .unavailable)
    }

    private init(_ failure: PartyError) { self.init("\(failure)", failure.code) }
}

/// What a library's own error says, for people: its kind in words, never its text, which is for programmers.
public func foreignErrorSentence(_ error: any Error) -> String {
    switch error {
    case is CancellationError: return "stopped"
    case let error as CocoaError:
        let file = (error.userInfo[NSFilePathErrorKey] as? String).map { " \($0)" } ?? ""
        return switch error.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "there is no file\(file)"
        case .fileReadNoPermission, .fileWriteNoPermission:
            "this user may not use the file\(file): run this as the user that it belongs to"
        case .fileWriteOutOfSpace: "the disk is full"
        case .fileWriteVolumeReadOnly: "the disk takes no changes"
        default: "the file\(file) could not be used (code \(error.code.rawValue))"
        }
    default:
        return "this failed in a way that was not foreseen (\(type(of: error))): please report what you did"
    }
}

extension Problem {
    fileprivate var exitCode: PartyError.Code {
        switch type {
        case .storage, .readOnly, .lost: .unavailable
        case .malformed: .badInput
        case .digestMismatch: .unverified
        default: .refused
        }
    }

    /// What people read: the contract's words with its code, or the server's.
    fileprivate var sentence: String {
        switch (code, name) {
        case (let code?, let name?): "\(detail) (\(name), code \(code))"
        default: detail
        }
    }
}

extension FabricError {
    fileprivate var exitCode: PartyError.Code {
        switch self {
        case .badProfile: .badInput
        case .rejected, .refused, .void: .refused
        case .endorsementsDiffer, .altered, .badBlock: .unverified
        case .unavailable, .outcomeUnknown: .unavailable
        }
    }
}
