import Planning
import SchemaDiff
import SchemaModel

/// What has to be done around a table that becomes another's child: PostgreSQL takes none that lacks a column or
/// check of its parent's, and no partition that has columns of its own.
struct Joining {
  private let context: PlanContext
  private let child: ObjectID
  private let ancestors: [ObjectID]
  /// What comes with its table in one step, and before its children.
  private let isMadeWhole: (ObjectID) -> Bool

  /// The steps that there are before anything is added: by what they produce, and by the table of their subject.
  private struct Places {
    private(set) var producing: [ObjectID: [Int]] = [:]
    private(set) var ofParts: [ObjectID: [Int]] = [:]

    init(_ steps: [Step]) {
      for (index, step) in steps.enumerated() {
        for id in step.produces { producing[id, default: []].append(index) }
        guard step.subject.kind.isPartOfRelation else { continue }
        ofParts[step.subject.table, default: []].append(index)
      }
    }
  }

  private let places: Places

  /// `remade` are the tables that are made anew, and what is dropped and made again.
  static func complete(_ steps: inout [Step], _ context: PlanContext, remade: Set<ObjectID>) {
    let moved = context.changes.compactMap { change -> (old: Table, new: Table)? in
      guard case .alter(let alteration) = change,
        case (.table(let old), .table(let new)) = (alteration.from, alteration.to),
        !remade.contains(new.id),
        old.parents != new.parents || old.partitionBound != new.partitionBound
      else { return nil }
      return (old, new)
    }
    if moved.isEmpty { return }
    let places = Places(steps)
    for (old, new) in moved {
      guard
        let index = places.producing[new.id]?.first(where: {
          steps[$0].operation == .alter && steps[$0].subject == new.id
        })
      else { continue }
      if old.parents == new.parents {
        hold(&steps, back: index, new, context, places)
        continue
      }
      let gained = new.parents.filter { !old.parents.contains($0) }
      if gained.isEmpty {
        // Of a parent's columns it gives up none while it is the parent's.
        for other in places.ofParts[new.id] ?? []
        where steps[other].operation == .drop && steps[other].subject.kind == .column {
          steps[other].consumes.append(new.id)
        }
        continue
      }
      let joining = Joining(
        context: context, child: new.id,
        ancestors: Inheritance.ancestors(gained, in: context.to),
        isMadeWhole: { remade.contains($0) || context.created.contains($0) }, places: places)
      joining.columns(&steps, index)
      joining.checks(&steps, index, remade)
    }
  }

  /// Whether a table to come has to get columns first.
  static func lacksColumns(_ new: Table, _ context: PlanContext) -> Bool {
    Inheritance.ancestors(new.parents, in: context.to).contains { parent in
      context.to.objects(of: .column, under: parent.path).contains {
        Inheritance.effective(new.id.part(.column, $0.id.name), in: context.from) == nil
      }
    }
  }

  /// A partition that only gets other rows is back before its parent changes, which it would miss.
  private static func hold(
    _ steps: inout [Step], back index: Int, _ table: Table, _ context: PlanContext,
    _ places: Places
  ) {
    for parent in Inheritance.ancestors(table.parents, in: context.from) {
      for other in places.ofParts[parent] ?? [] where other != index {
        steps[other].consumes.append(table.id)
      }
    }
  }

  private func columns(_ steps: inout [Step], _ index: Int) {
    for parent in ancestors {
      steps[index].produces += gone(from: parent)
      for object in context.to.objects(of: .column, under: parent.path) {
        let id = child.part(.column, object.id.name)
        steps[index].consumes += [object.id, .milestone("not null", of: id)]
        change(id, &steps, before: index)
        guard Inheritance.effective(id, in: context.from) == nil,
          !steps[index].consumes.contains(.milestone("typed", of: id))
        else { continue }
        steps[index].consumes += [id, .milestone("typed", of: id)]
        if context.created.contains(id) {
          for other in places.producing[id] ?? [] {
            steps[other].consumes.removeAll { $0 == child }
          }
        } else if var column = Inheritance.effective(id, in: context.to) {
          // What generates a column's values is not handed down before version 17.
          column.identity = nil
          add(ColumnSteps.add(column, context), as: .milestone("typed", of: id), &steps)
        }
      }
    }
    steps[index].produces += gone(from: child)
  }

  /// What it says of the column itself has to be so before it joins.
  private func change(_ column: ObjectID, _ steps: inout [Step], before index: Int) {
    for other in places.producing[column] ?? []
    where steps[other].operation == .alter && steps[other].subject == column {
      steps[other].consumes.removeAll { $0 == child }
      steps[index].consumes.append(column)
    }
  }

  /// What it gets before; the table as the other steps meet it is there once it has joined.
  private func add(_ step: Step, as milestone: ObjectID, _ steps: inout [Step]) {
    var step = step
    step.produces = [milestone]
    step.consumes.removeAll { $0 == child }
    steps.append(step)
  }

  /// Columns that go before.
  private func gone(from table: ObjectID) -> [ObjectID] {
    context.from.objects(of: .column, under: table.path).map(\.id).filter(context.dropped.contains)
  }

  private func checks(_ steps: inout [Step], _ index: Int, _ remade: Set<ObjectID>) {
    for parent in ancestors {
      for object in context.to.objects(of: .check, under: parent.path) {
        let own = child.part(.check, object.id.name)
        if case .check(let check) = object, check.isNoInherit { continue }
        if let present = context.from[own], present.fields == object.fields { continue }
        if !isMadeWhole(parent), context.created.contains(object.id) || remade.contains(object.id) {
          // It comes to the children too, which have to be there.
          for other in places.producing[object.id] ?? [] { steps[other].consumes.append(child) }
          continue
        }
        let made = ObjectID.milestone("checked", of: own)
        add(ConstraintSteps.add(object.copied(to: own), context), as: made, &steps)
        if context.dropped.contains(own) { steps[steps.count - 1].produces.append(own) }
        steps[index].consumes.append(made)
      }
    }
  }
}
