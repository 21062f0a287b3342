/// A script taken apart into statements, a shell's commands and comments.
package struct Script: Hashable, Sendable {
  package let pieces: [StatementSplitter.Piece]
  /// The bytes of every comment, in order, whether it stands between statements or inside of one.
  package let comments: [Range<Int>]

  package init(pieces: [StatementSplitter.Piece], comments: [Range<Int>]) {
    self.pieces = pieces
    self.comments = comments
  }
}
