// docs/audit.md names the kinds of records that the sources write, all of them and no others.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace oofgg::auth {
namespace {

namespace fs = std::filesystem;

std::string ContentOf(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Collect(const std::string& text, const std::regex& pattern, std::set<std::string>& kinds) {
  for (std::sregex_iterator match(text.begin(), text.end(), pattern); match != std::sregex_iterator();
       ++match) {
    kinds.insert((*match)[1]);
  }
}

TEST(AuditDocsTest, TellOfEveryKind) {
  std::set<std::string> written;
  for (const auto& file : fs::directory_iterator(OOFGG_SOURCE_DIR "/src/auth")) {
    // `Apply` notes what it was told.
    Collect(ContentOf(file.path()), std::regex(R"rx((?:\bNote\(|\bApply\([^;"]*)"([a-z_]+)")rx"), written);
  }
  std::set<std::string> told;
  Collect(ContentOf(OOFGG_SOURCE_DIR "/docs/audit.md"), std::regex("`auth\\.([a-z_]+)`"), told);
  EXPECT_GT(written.size(), 20U);
  EXPECT_EQ(told, written);
}

}  // namespace
}  // namespace oofgg::auth
