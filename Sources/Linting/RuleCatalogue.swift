/// Every rule.
package enum RuleCatalogue {
  /// By id.
  package static let all: [Rule] =
    (IndexRules.all + ConstraintRules.all + RewriteRules.all + TypeChangeRules.all + LockRules.all
    + PartitionRules.all + TimeoutRules.all + DataLossRules.all + CompatibilityRules.all
    + ObjectRules.all + DataRules.all + TransactionRules.all + BackfillRules.all
    + SecurityRules.all + DesignRules.all + SQLiteRules.all + SQLiteColumnRules.all
    + DirectiveRules.all).sorted { $0.id < $1.id }

  package static func rule(_ id: String) -> Rule? { all.first { $0.id == id } }
}
