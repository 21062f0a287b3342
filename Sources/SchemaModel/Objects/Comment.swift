/// `COMMENT ON`: the target is in the id.
package struct Comment: Describable {
  package var id: ObjectID
  package var text: ExactText

  package init(on target: ObjectID, text: String) {
    id = .comment(on: target)
    self.text = ExactText(text)
  }

  package var requires: [ObjectID] { id.attachmentTarget.map { [$0] } ?? [] }
  package var fields: [Field] { [Field("text", text.string)] }

  package func renamed(by names: Renaming) -> Comment {
    var copy = self
    copy.id = names(id)
    return copy
  }
}
