/// What `--json` prints: each command's answer is one of these types, or one that the party's module gives
/// (docs/reference/commands.md has each with its fields). A field that has no value is left out. Times are seconds since
/// 1970, ids, handles and keys 64 hexadecimal digits.
public enum Printed {}
