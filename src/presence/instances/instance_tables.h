#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "oofgg/presence/presence_table.h"

namespace oofgg::presence {

/// Which origins' absence counts, by number. Shared, as one goes to many.
using CompleteOrigins = std::shared_ptr<const std::vector<bool>>;

/// What an instance's tables are told of the others; each kind is a call on the table.
struct TableLetter {
  struct Import {
    std::vector<PresenceTable::Located> located;
  };
  struct Answer {
    std::string user_id;
    std::vector<PresenceTable::Located> found;
  };
  struct Answers {
    std::vector<Answer> answers;
    CompleteOrigins complete;
  };
  struct Forget {
    PresenceTable::Origin origin;
  };
  struct Farewell {
    PresenceTable::Farewell farewell;
  };
  struct AskAgain {};
  /// To be followed, once done, by `InstanceSync::OnRegisteredAgain`.
  struct RegisterAgain {
    std::uint64_t round;
  };
  using Content = std::variant<Import, Answers, Forget, Farewell, AskAgain, RegisterAgain>;
};

/// Does to a table what the letter says.
void Apply(const TableLetter::Content& letter, PresenceTable& table);

/// The tables of this instance, as the protocol between instances sees them.
class InstanceTables {
 public:
  virtual ~InstanceTables() = default;
  [[nodiscard]] virtual std::size_t count() const = 0;
  [[nodiscard]] virtual std::size_t HomeOf(std::string_view user_id) const = 0;
  /// In order, for each table.
  virtual void Post(std::size_t table, TableLetter::Content letter) = 0;
};

}  // namespace oofgg::presence
