extension SecretBytes: CustomReflectable {
    /// `dump` shows nothing of it either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
