/// The version that every program of this package tells with `--version`.
public enum ProgramVersion {
    public static let number = "0.1.0"
}
