#include "servers/cli/table.h"

#include <algorithm>
#include <chrono>

#include "base/utc.h"

namespace oofgg::cli {
namespace {

constexpr std::size_t kGap = 2;

std::string Line(const Cells& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    if (i + 1 < cells.size()) line.append(widths[i] - cells[i].size() + kGap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

void PrintTable(const Context& context, const Cells& titles, const std::vector<TableRow>& rows,
                const std::string& nothing) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    std::size_t width = titles[i].size();
    for (const TableRow& row : rows) width = (std::max)(width, row.cells[i].size());
    widths.push_back(width);
  }
  if (!context.settings().json) context.Print(rows.empty() ? nothing : Line(titles, widths), {});
  for (const TableRow& row : rows) context.Print(Line(row.cells, widths), row.object);
}

std::string MomentText(WallTime time, const std::string& never) {
  return time == WallTime() ? never : FormatUtc(time);
}

std::int64_t MomentMillis(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace oofgg::cli
