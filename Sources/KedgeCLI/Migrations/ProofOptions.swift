import ArgumentParser

/// Options of the commands that write migrations.
struct ProofOptions: ParsableArguments {
  @Flag(help: "Write the files without proving them on a scratch database.")
  var noProof = false
}
