import Primitives

/// Seals or opens the payload's chunks on all cores: read in order, worked on in parallel, hashed and written
/// in order, with a fixed number of buffers that are used again (c2sp.org/age, "Payload").
///
/// The caller's thread alone reads and writes; between that it works as the others do. A payload of one slot
/// needs no thread.
final class ChunkPipeline: @unchecked Sendable {
    // What is shared between threads is guarded by `mutex`, but for what a task owns while it runs: its slot,
    // and a hash, which only one task at a time may advance.
    private let direction: ChunkCipher.Direction
    private let key: UnsafeRawBufferPointer
    private let firstChunk: Int
    private let endsPayload: Bool
    private let slots: [Slot]
    private var inputHash: SHA256?
    private var outputHash: SHA256?
    private let hashesInput: Bool
    private let hashesOutput: Bool
    private let mutex = Mutex()
    private let threadsMax: Int
    private var threads: [Thread] = []
    private var isStopped = false
    /// Threads that wait, or were woken and have not looked yet. What they can do the caller leaves to them: it alone
    /// can read and write.
    private var idle = 0

    // Slots by their number since the beginning: no counter overtakes the one before it.
    private var dispatched = 0
    private var inputHashed = 0
    private var started = 0
    private var outputHashed = 0
    private var written = 0
    private var isHashingInput = false
    private var isHashingOutput = false

    /// What came out of a run.
    struct Outcome {
        var inputBytes = 0
        var outputBytes = 0
        var inputSHA256: [UInt8]?
        var outputSHA256: [UInt8]?
    }

    /// A pipeline under the payload's `key` (32 bytes, which must outlive it). A hash that is given is
    /// continued. The source begins with chunk `firstChunk`, and `endsPayload` says whether the payload ends
    /// where the source does.
    init(
        _ direction: ChunkCipher.Direction, key: UnsafeRawBufferPointer, inputHash: consuming SHA256? = nil,
        outputHash: consuming SHA256? = nil, firstChunk: Int = 0, endsPayload: Bool = true
    ) {
        self.direction = direction
        self.key = key
        self.firstChunk = firstChunk
        self.endsPayload = endsPayload
        hashesInput = inputHash != nil
        hashesOutput = outputHash != nil
        self.inputHash = inputHash
        self.outputHash = outputHash
        threadsMax = Processors.count
        slots = (0..<(2 * threadsMax + 2)).map { _ in Slot() }
    }

    /// Runs the whole source through. Throws what the source or the sink throws, and `AgeError.payload`; what
    /// was written before is authentic.
    func run(
        from source: inout some ByteSource & ~Copyable, to sink: inout some ByteSink & ~Copyable,
        progress: ((Int) -> Void)?
    ) throws -> Outcome {
        defer { stop() }
        var cipher = ChunkCipher(key: key, direction)
        var outcome = Outcome()
        var filled = 0
        var isAtEnd = false
        var isDone = false
        while !isDone {
            mutex.lock()
            if written < finished {
                let slot = slots[written % slots.count]
                mutex.unlock()
                try sink.write(slot.output)
                if let failure = slot.failure { throw failure }
                outcome.inputBytes += slot.inputBytes
                outcome.outputBytes += slot.outputBytes
                progress?(direction == .sealing ? outcome.inputBytes : outcome.outputBytes)
                isDone = slot.isLast
                mutex.lock()
                slot.state = .empty
                written += 1
                mutex.unlock()
            } else if !isAtEnd, filled - written < slots.count {
                mutex.unlock()
                isAtEnd = try fill(number: filled, from: &source)
                filled += 1
            } else if idle == 0, let task = nextTask() {
                mutex.unlock()
                perform(task, &cipher)
            } else {
                mutex.wait()
                mutex.unlock()
            }
        }
        outcome.inputSHA256 = inputHash.take()?.finish()
        outcome.outputSHA256 = outputHash.take()?.finish()
        return outcome
    }

    /// Fills the next slot. A full slot can be dispatched only once it is known whether anything follows it.
    /// True at the end.
    private func fill(number: Int, from source: inout some ByteSource & ~Copyable) throws -> Bool {
        let slot = slots[number % slots.count]
        let capacity = direction == .sealing ? Slot.plainBytes : Slot.sealedBytes
        let count = try slot.fill(from: &source, capacity: capacity)
        if count == 0, number > 0 {
            let last = slots[(number - 1) % slots.count]
            last.isLast = true
            last.run.isLast = endsPayload
            dispatch(upTo: number)
            return true
        }
        slot.isLast = count < capacity
        slot.run = ChunkRun(
            firstChunk: UInt64(firstChunk + number * Slot.chunks), isLast: slot.isLast && endsPayload)
        dispatch(upTo: slot.isLast ? number + 1 : number)
        return slot.isLast
    }

    private func dispatch(upTo number: Int) {
        mutex.lock()
        while dispatched < number {
            slots[dispatched % slots.count].state = .filled
            dispatched += 1
        }
        // Whatever is longer than a slot is worth a thread, and the longer it is the more.
        if number > 0, threads.count + 1 < min(threadsMax, number + 1), let thread = Thread({ self.work() }) {
            threads.append(thread)
        }
        mutex.signalChange()
        mutex.unlock()
    }
}

// MARK: - Tasks

extension ChunkPipeline {
    private enum Task {
        case hashInput(Slot)
        case work(Slot)
        case hashOutput(Slot)
    }

    /// Up to which slot everything but the writing is done. The mutex is held.
    private var finished: Int {
        if hashesOutput { return outputHashed }
        let isWorked = written < started && slots[written % slots.count].state == .worked
        return isWorked ? written + 1 : written
    }

    /// The most advanced thing that can be done now, taken. The mutex is held.
    private func nextTask() -> Task? {
        if hashesOutput, !isHashingOutput, outputHashed < started {
            let slot = slots[outputHashed % slots.count]
            if slot.state == .worked {
                isHashingOutput = true
                return .hashOutput(slot)
            }
        }
        if started < (hashesInput ? inputHashed : dispatched) {
            let slot = slots[started % slots.count]
            started += 1
            return .work(slot)
        }
        if hashesInput, !isHashingInput, inputHashed < dispatched {
            isHashingInput = true
            return .hashInput(slots[inputHashed % slots.count])
        }
        return nil
    }

    private func perform(_ task: Task, _ cipher: inout ChunkCipher) {
        switch task {
        case .hashInput(let slot): inputHash?.update(slot.input)
        case .work(let slot): slot.work(direction, &cipher)
        case .hashOutput(let slot): outputHash?.update(slot.output)
        }
        mutex.lock()
        switch task {
        case .hashInput:
            isHashingInput = false
            inputHashed += 1
        case .work(let slot):
            slot.state = .worked
        case .hashOutput:
            isHashingOutput = false
            outputHashed += 1
        }
        mutex.signalChange()
        mutex.unlock()
    }

    private func work() {
        var cipher = ChunkCipher(key: key, direction)
        mutex.lock()
        while !isStopped {
            if let task = nextTask() {
                mutex.unlock()
                perform(task, &cipher)
                mutex.lock()
            } else {
                idle += 1
                mutex.wait()
                idle -= 1
            }
        }
        mutex.unlock()
    }

    private func stop() {
        mutex.lock()
        isStopped = true
        mutex.signalChange()
        mutex.unlock()
        for thread in threads { thread.join() }
        threads = []
    }
}
