import ArgumentParser
import Terminal

/// Whose records a command is about: a patient's number at a hospital.
struct PatientNumberOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The patient's number at the hospital; others on this machine can read it meanwhile.",
            valueName: "number"))
    var patient: String?

    @Option(
        help: ArgumentHelp(
            "Read the number from the first line of this file, or of standard input (-). Without either it is asked for.",
            valueName: "file"))
    var patientFile: String?

    func validate() throws {
        guard patient == nil || patientFile == nil else {
            throw ValidationError("Give --patient or --patient-file, not both.")
        }
    }

    func read() throws -> String {
        try PersonalText.line(patient, file: patientFile, "patient's number", option: "patient")
    }
}
