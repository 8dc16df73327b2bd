// The registry of the kinds of statement: no other list or switch names them. A new kind has a number of its
// own and one line in each of the four lists here; the compiler finds the list that lacks it. All else about
// it is in its own file of `Statements`.

/// The kinds of statement. A number's meaning never changes (docs/reference/contract.md).
public enum StatementKind: UInt64, Sendable, CaseIterable {
    case genesis = 1
    case admit = 2
    case suspend = 3
    case rotateRoot = 4
    case enrol = 5
    case retire = 6
    case deposit = 7
    case append = 8
    case request = 9
    case route = 10
    case answer = 11
    case grant = 12
    case revoke = 13
    case release = 14
    case acknowledge = 15
    case remove = 16
    case attestErasure = 17
    case hold = 18
    case delegate = 19
    case undelegate = 20
    case emergency = 21
    case review = 22
    case adopt = 23
    case reassign = 24
    case veto = 25
    /// Not a statement of its own: it is carried inside a deposit or a route.
    case permit = 26
    case reseal = 27
    case instruct = 28
    case dispatch = 29
}

/// What a statement says.
public enum Assertion: Hashable, Sendable {
    case admit(Admit)
    case suspend(Suspend)
    case rotateRoot(RotateRoot)
    case enrol(Enrol)
    case retire(Retire)
    case deposit(Deposit)
    case append(Append)
    case request(Request)
    case route(Route)
    case answer(Answer)
    case grant(Grant)
    case revoke(Revoke)
    case release(Release)
    case acknowledge(Acknowledge)
    case remove(Remove)
    case attestErasure(AttestErasure)
    case hold(Hold)
    case delegate(Delegate)
    case undelegate(Undelegate)
    case emergency(Emergency)
    case review(Review)
    case adopt(Adopt)
    case reassign(Reassign)
    case veto(Veto)
    case reseal(Reseal)
    case instruct(Instruct)
    case dispatch(Dispatch)

    init(_ kind: StatementKind, _ fields: inout FieldReader) throws(CBOR.Malformed) {
        switch kind {
        case .admit: self = .admit(try .read(&fields))
        case .suspend: self = .suspend(try .read(&fields))
        case .rotateRoot: self = .rotateRoot(try .read(&fields))
        case .enrol: self = .enrol(try .read(&fields))
        case .retire: self = .retire(try .read(&fields))
        case .deposit: self = .deposit(try .read(&fields))
        case .append: self = .append(try .read(&fields))
        case .request: self = .request(try .read(&fields))
        case .route: self = .route(try .read(&fields))
        case .answer: self = .answer(try .read(&fields))
        case .grant: self = .grant(try .read(&fields))
        case .revoke: self = .revoke(try .read(&fields))
        case .release: self = .release(try .read(&fields))
        case .acknowledge: self = .acknowledge(try .read(&fields))
        case .remove: self = .remove(try .read(&fields))
        case .attestErasure: self = .attestErasure(try .read(&fields))
        case .hold: self = .hold(try .read(&fields))
        case .delegate: self = .delegate(try .read(&fields))
        case .undelegate: self = .undelegate(try .read(&fields))
        case .emergency: self = .emergency(try .read(&fields))
        case .review: self = .review(try .read(&fields))
        case .adopt: self = .adopt(try .read(&fields))
        case .reassign: self = .reassign(try .read(&fields))
        case .veto: self = .veto(try .read(&fields))
        case .reseal: self = .reseal(try .read(&fields))
        case .instruct: self = .instruct(try .read(&fields))
        case .dispatch: self = .dispatch(try .read(&fields))
        case .genesis, .permit:
            throw CBOR.Malformed("kind \(kind.rawValue) is not a statement of its own")
        }
    }

    /// Hands what it says to `visitor`, whatever its kind.
    func open<Visitor: ContentVisitor>(
        _ visitor: inout Visitor
    ) throws(Visitor.Failure) -> Visitor.Result {
        switch self {
        case .admit(let it): try visitor.visit(it)
        case .suspend(let it): try visitor.visit(it)
        case .rotateRoot(let it): try visitor.visit(it)
        case .enrol(let it): try visitor.visit(it)
        case .retire(let it): try visitor.visit(it)
        case .deposit(let it): try visitor.visit(it)
        case .append(let it): try visitor.visit(it)
        case .request(let it): try visitor.visit(it)
        case .route(let it): try visitor.visit(it)
        case .answer(let it): try visitor.visit(it)
        case .grant(let it): try visitor.visit(it)
        case .revoke(let it): try visitor.visit(it)
        case .release(let it): try visitor.visit(it)
        case .acknowledge(let it): try visitor.visit(it)
        case .remove(let it): try visitor.visit(it)
        case .attestErasure(let it): try visitor.visit(it)
        case .hold(let it): try visitor.visit(it)
        case .delegate(let it): try visitor.visit(it)
        case .undelegate(let it): try visitor.visit(it)
        case .emergency(let it): try visitor.visit(it)
        case .review(let it): try visitor.visit(it)
        case .adopt(let it): try visitor.visit(it)
        case .reassign(let it): try visitor.visit(it)
        case .veto(let it): try visitor.visit(it)
        case .reseal(let it): try visitor.visit(it)
        case .instruct(let it): try visitor.visit(it)
        case .dispatch(let it): try visitor.visit(it)
        }
    }
}
