#include "game/authorization.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

TEST(AuthorizationTest, NothingWithoutACaller) {
  for (const Permission& permission : Permissions()) {
    const Status status = Authorize(Nobody(), permission.act, {.self = true, .member = true, .open = true});
    EXPECT_THAT(status, HasCode(StatusCode::kUnauthenticated)) << permission.name;
  }
}

TEST(AuthorizationTest, EachColumnIsEnoughByItselfAndNoOther) {
  for (const Permission& permission : Permissions()) {
    const auto may = [&](const std::string& role, Relation relation) {
      const Status status = Authorize(As("ann", role), permission.act, relation);
      EXPECT_TRUE(status.ok() || status.code() == StatusCode::kPermissionDenied) << status;
      return status.ok();
    };
    EXPECT_EQ(may("user", {}), permission.anyone) << permission.name;
    EXPECT_EQ(may("user", {.self = true}), permission.anyone || permission.self) << permission.name;
    EXPECT_EQ(may("user", {.member = true}), permission.anyone || permission.member) << permission.name;
    EXPECT_EQ(may("user", {.open = true}), permission.anyone || permission.open) << permission.name;
    EXPECT_EQ(may("developer", {}), permission.anyone || permission.developer) << permission.name;
    EXPECT_EQ(may("admin", {}), permission.anyone || permission.admin) << permission.name;
    EXPECT_EQ(may("service", {}), permission.anyone || permission.service) << permission.name;
    EXPECT_EQ(may("Admin ", {}), permission.anyone) << permission.name;
  }
}

TEST(AuthorizationTest, AServiceOfOneGameMayNothingInAnother) {
  CallContext arena = As("arena-servers", "service");
  arena.caller->game_id = "arena";
  for (const Permission& permission : Permissions()) {
    const auto may = [&](std::string_view game_id) {
      return Authorize(arena, permission.act, {.game_id = game_id}).ok();
    };
    EXPECT_EQ(may("arena"), permission.anyone || permission.service) << permission.name;
    EXPECT_EQ(may("chess"), permission.anyone) << permission.name;
    EXPECT_EQ(may(""), permission.anyone) << permission.name;
  }
}

// The rows of the table in the docs: name, then a cell for each column.
std::map<std::string, std::vector<bool>> DocumentedRows() {
  std::ifstream file(OOFGG_SOURCE_DIR "/docs/authorization.md");
  std::map<std::string, std::vector<bool>> rows;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    std::istringstream in(line);
    for (std::string cell; std::getline(in, cell, '|');) {
      const auto begin = cell.find_first_not_of(' ');
      const auto end = cell.find_last_not_of(' ');
      cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
    }
    if (cells.size() < 9 || cells[1] == "act" || cells[1].starts_with("-")) continue;
    for (std::size_t i = 2; i < 9; ++i) rows[cells[1]].push_back(cells[i] == "yes");
  }
  return rows;
}

TEST(AuthorizationTest, TheDocumentSaysTheSame) {
  const auto rows = DocumentedRows();
  EXPECT_EQ(rows.size(), Permissions().size());
  for (const Permission& p : Permissions()) {
    const auto row = rows.find(std::string(p.name));
    ASSERT_NE(row, rows.end()) << "docs/authorization.md has no row \"" << p.name << '"';
    EXPECT_EQ(row->second,
              (std::vector<bool>{p.anyone, p.self, p.member, p.open, p.developer, p.admin, p.service}))
        << p.name;
  }
}

}  // namespace
}  // namespace oofgg::game
