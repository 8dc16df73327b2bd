// `dump` shows nothing of a key either.

extension AgeIdentity: CustomReflectable {
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension IdentityFile: CustomReflectable {
    public var customMirror: Mirror { Mirror(self, children: []) }
}
