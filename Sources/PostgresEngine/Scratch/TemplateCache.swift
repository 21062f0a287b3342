import Glibc

/// Initialised data folders, kept from run to run: copying one takes a tenth of what `initdb` takes.
///
/// A template belongs to us and not to the server's account, in a folder that only we can write to,
/// so that nobody can plant one.
struct TemplateCache: Sendable {
  /// Raise it when the way a template is made changes.
  private static let format = 1
  private let folder: String?

  init(folder: String?) {
    guard let folder, Folder.make(folder, mode: 0o700), Folder.isOurs(folder) else {
      self.folder = nil
      return
    }
    self.folder = folder
  }

  static var standardFolder: String? {
    // Under sudo, HOME may still be another user's.
    if geteuid() == 0 { return "/var/cache/kedge" }
    if let given = environment("XDG_CACHE_HOME"), given.hasPrefix("/") { return given + "/kedge" }
    return environment("HOME").map { $0 + "/.cache/kedge" }
  }

  private func template(for binaries: ServerBinaries) -> String? {
    let name = binaries.folder + "-" + binaries.version
    let plain = name.utf8.map { byte -> UInt8 in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "+"): byte
      default: UInt8(ascii: "-")
      }
    }
    return folder.map {
      $0 + "/template-\(Self.format)" + String(decoding: plain.prefix(160), as: UTF8.self)
    }
  }

  /// Fills `destination`. False when there is no template, or none that can be trusted.
  func copy(for binaries: ServerBinaries, to destination: String) -> Bool {
    guard let template = template(for: binaries), Folder.isOurs(template) else { return false }
    return Self.copy(template, to: destination)
  }

  /// Keeps a copy of an initialised data folder that no server has run on yet.
  func keep(_ data: String, for binaries: ServerBinaries) {
    guard let template = template(for: binaries) else { return }
    let unfinished = "\(template).\(getpid()).\(UInt32.random(in: 0 ... .max))"
    // A rename is atomic; it fails when somebody else was faster, which is as good.
    if !Self.copy(data, to: unfinished) || rename(unfinished, template) != 0 {
      Folder.remove(unfinished)
    }
  }

  func discard(for binaries: ServerBinaries) {
    if let template = template(for: binaries), Folder.isOurs(template) { Folder.remove(template) }
  }

  /// Owned by us, whoever owned the original.
  private static func copy(_ source: String, to destination: String) -> Bool {
    let output = try? Subprocess.run([
      "/bin/cp", "-R", "-P", "--preserve=mode,timestamps", "--reflink=auto", "--", source,
      destination,
    ])
    if output?.status == 0 { return true }
    Folder.remove(destination)
    return false
  }
}
