#include "servers/cli/table.h"

#include <chrono>

#include "base/utc.h"
#include "servers/common/help.h"

namespace oofgg::cli {

void PrintTable(const Context& context, const Cells& titles, const std::vector<TableRow>& rows,
                const std::string& nothing) {
  if (context.settings().json) {
    for (const TableRow& row : rows) context.Print({}, row.object);
    return;
  }
  if (rows.empty()) return context.Print(nothing, {});
  std::vector<Cells> cells;
  cells.reserve(rows.size());
  for (const TableRow& row : rows) cells.push_back(row.cells);
  for (const std::string& line : TableLines(titles, cells, servers::TerminalWidth())) context.Print(line, {});
}

std::string MomentText(WallTime time, const std::string& never) {
  return time == WallTime() ? never : FormatUtc(time);
}

std::int64_t MomentMillis(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace oofgg::cli
