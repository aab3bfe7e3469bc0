#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::storage {

/// What every database's `Migrate` asks before it runs scripts: kFailedPrecondition if the tables of
/// `component` are at a version beyond the `known` ones. `where` names the database.
inline Status CheckSchemaVersion(std::string_view where, std::string_view component, std::int64_t version,
                                 std::size_t known) {
  if (version <= static_cast<std::int64_t>(known)) return {};
  std::string message(where);
  message += " holds version " + std::to_string(version) + " of the tables of '";
  message += component;
  message += "', but this program knows versions up to " + std::to_string(known) +
             "; start the newer program that wrote it, or restore a backup made before the upgrade";
  return MakeStatus(StatusCode::kFailedPrecondition, message);
}

/// Names the script that failed; `index` counts from 0.
inline Status MigrationFailed(const Status& status, std::string_view component, std::size_t index) {
  return Annotate(status, "migration " + std::to_string(index + 1) + " of '" + std::string(component) + "'");
}

}  // namespace oofgg::storage
