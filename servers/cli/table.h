#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "oofgg/clock.h"
#include "servers/cli/context.h"
#include "servers/cli/table_lines.h"

namespace oofgg::cli {

/// One thing of a list, for people and for scripts.
struct TableRow {
  Cells cells;  ///< As many as the table's titles.
  nlohmann::json object;
};

/// Prints a table (table_lines.h) that fits the terminal, or, under `--json`, an object a line. `nothing` is
/// the line for people where there are no rows.
void PrintTable(const Context& context, const Cells& titles, const std::vector<TableRow>& rows,
                const std::string& nothing);

/// As FormatTime; `never` for the epoch.
[[nodiscard]] std::string MomentText(WallTime time, const std::string& never);

/// Milliseconds since 1970, as `--json` says moments; 0 for the epoch.
[[nodiscard]] std::int64_t MomentMillis(WallTime time);

}  // namespace oofgg::cli
