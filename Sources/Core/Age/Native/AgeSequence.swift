/// An age file that is sealed as it is asked for, from an asynchronous sequence of pieces of plaintext. It
/// keeps at most one chunk and one piece; nothing is read before something is wanted.
public struct SealedSequence<Base: AsyncSequence>: AsyncSequence where Base.Element: Collection<UInt8> {
    public typealias Element = [UInt8]
    private let base: Base
    private let key: AgeSealing

    /// Iterating throws `AgeError.key` and what `base` throws. Each iteration is a file of its own.
    public init(_ base: Base, for key: AgeSealing) {
        self.base = base
        self.key = key
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator(), key: key)
    }

    public struct Iterator: AsyncIteratorProtocol {
        private var base: Base.AsyncIterator
        private let state: State

        private final class State {
            let key: AgeSealing
            var stream: SealingStream?
            var isDone = false
            init(key: AgeSealing) { self.key = key }
        }

        init(base: Base.AsyncIterator, key: AgeSealing) {
            self.base = base
            state = State(key: key)
        }

        public mutating func next() async throws -> [UInt8]? {
            guard !state.isDone else { return nil }
            if state.stream == nil { state.stream = try SealingStream(for: state.key) }
            while let piece = try await base.next() {
                if let sealed = state.stream?.update(piece), !sealed.isEmpty { return sealed }
            }
            state.isDone = true
            return state.stream.take()?.finish()
        }
    }
}

/// The plaintext of a binary age file that comes as an asynchronous sequence of pieces. All that it gives is
/// authentic; that it was complete is known when it ends without an error.
public struct OpenedSequence<Base: AsyncSequence>: AsyncSequence where Base.Element: Collection<UInt8> {
    public typealias Element = [UInt8]
    private let base: Base
    private let key: AgeOpening

    /// Iterating throws `AgeError` and what `base` throws.
    public init(_ base: Base, with key: AgeOpening) {
        self.base = base
        self.key = key
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator(), key: key)
    }

    public struct Iterator: AsyncIteratorProtocol {
        private var base: Base.AsyncIterator
        private let state: State

        private final class State {
            var stream: OpeningStream?
            init(key: AgeOpening) { stream = OpeningStream(with: key) }
        }

        init(base: Base.AsyncIterator, key: AgeOpening) {
            self.base = base
            state = State(key: key)
        }

        public mutating func next() async throws -> [UInt8]? {
            guard state.stream != nil else { return nil }
            do {
                while let piece = try await base.next() {
                    if let opened = try state.stream?.update(piece), !opened.isEmpty { return opened }
                }
                let rest = try state.stream.take()?.finish()
                return rest?.isEmpty == false ? rest : nil
            } catch {
                state.stream = nil
                throw error
            }
        }
    }
}
