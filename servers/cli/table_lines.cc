#include "servers/cli/table_lines.h"

#include <algorithm>

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

std::vector<std::string> InColumns(const Cells& titles, const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths;
  widths.reserve(titles.size());
  for (std::size_t i = 0; i < titles.size(); ++i) {
    std::size_t width = titles[i].size();
    for (const Cells& row : rows) width = (std::max)(width, row[i].size());
    widths.push_back(width);
  }
  std::vector<std::string> lines = {Line(titles, widths)};
  lines.reserve(rows.size() + 1);
  for (const Cells& row : rows) lines.push_back(Line(row, widths));
  return lines;
}

std::vector<std::string> InBlocks(const Cells& titles, const std::vector<Cells>& rows) {
  std::size_t widest = 0;
  for (const std::string& title : titles) widest = (std::max)(widest, title.size());
  std::vector<std::string> lines;
  for (const Cells& row : rows) {
    if (!lines.empty()) lines.emplace_back();
    for (std::size_t i = 0; i < titles.size(); ++i) {
      if (!row[i].empty()) lines.push_back(Line({titles[i], row[i]}, {widest, 0}));
    }
  }
  return lines;
}

}  // namespace

std::vector<std::string> TableLines(const Cells& titles, const std::vector<Cells>& rows, std::size_t width) {
  std::vector<std::string> lines = InColumns(titles, rows);
  const bool fits = width == 0 || std::all_of(lines.begin(), lines.end(),
                                              [width](const auto& line) { return line.size() <= width; });
  return fits ? lines : InBlocks(titles, rows);
}

}  // namespace oofgg::cli
