#include "presence/instances/instance_tables.h"

namespace oofgg::presence {
namespace {

struct Applier {
  PresenceTable& table;

  void operator()(const TableLetter::Import& letter) const {
    for (const PresenceTable::Located& located : letter.located) table.ImportRegistration(located);
  }
  void operator()(const TableLetter::Answers& letter) const {
    for (const TableLetter::Answer& answer : letter.answers) {
      table.Answer(answer.user_id, answer.found, *letter.complete);
    }
  }
  void operator()(const TableLetter::Forget& letter) const { table.Forget(letter.origin); }
  void operator()(const TableLetter::Farewell& letter) const { table.HearFromAbroad(letter.farewell); }
  void operator()(const TableLetter::AskAgain&) const { table.AskAgain(); }
  void operator()(const TableLetter::RegisterAgain&) const { table.RegisterAgain(); }
};

}  // namespace

void Apply(const TableLetter::Content& letter, PresenceTable& table) { std::visit(Applier{table}, letter); }

}  // namespace oofgg::presence
