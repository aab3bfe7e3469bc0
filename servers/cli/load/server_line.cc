#include "servers/cli/load/server_line.h"

#include <charconv>

namespace oofgg::load {
namespace {

/// What follows `name`, which has its quotes and colon; inside a text the quotes would be escaped.
std::string_view After(std::string_view line, std::string_view name) {
  const std::size_t at = line.find(name);
  return at == std::string_view::npos ? std::string_view() : line.substr(at + name.size());
}

std::uint64_t NumberAfter(std::string_view line, std::string_view name, std::uint64_t otherwise = 0) {
  const std::string_view rest = After(line, name);
  std::uint64_t number = otherwise;
  std::from_chars(rest.data(), rest.data() + rest.size(), number);
  return number;
}

std::string_view TextAfter(std::string_view line, std::string_view name) {
  const std::string_view rest = After(line, name);
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
  return rest.substr(0, end);
}

Shown ShownIn(std::string_view line) {
  if (line.starts_with(R"({"online":false)")) return Shown::kOffline;
  return line.find(R"(,"state":"away")") == std::string_view::npos ? Shown::kOnline : Shown::kAway;
}

}  // namespace

ServerLine ReadServerLine(std::string_view line) {
  using Kind = ServerLine::Kind;
  ServerLine out;
  if (line.starts_with(R"({"online":)")) {
    out.kind = Kind::kUpdate;
    out.shown = ShownIn(line);
    out.user_id = NumberAfter(line, R"("user_id":)");
    out.change = static_cast<std::uint32_t>(NumberAfter(line, R"("text":")", 1));
  } else if (line.starts_with(R"({"pong":)")) {
    out.kind = Kind::kPong;
    out.number = NumberAfter(line, R"("pong":)");
  } else if (line.starts_with(R"({"welcome":)")) {
    out.kind = Kind::kWelcome;
  } else if (line.starts_with(R"({"rev":)")) {
    out.kind = Kind::kRevision;
    out.number = NumberAfter(line, R"("rev":)");
  } else if (line.starts_with(R"({"cookie":")")) {
    out.kind = Kind::kCookie;
    out.text = TextAfter(line, R"("cookie":")");
    return out;
  } else if (line.starts_with(R"({"redirect":")")) {
    out.kind = Kind::kRedirect;
    out.go_to = TextAfter(line, R"("redirect":")");
    return out;
  } else if (line.starts_with(R"({"error":")")) {
    out.kind = Kind::kError;
    out.text = TextAfter(line, R"("error":")");
    out.go_to = TextAfter(line, R"(,"redirect":")");
    return out;
  }
  out.sequence = NumberAfter(line, R"("seq":)");
  return out;
}

}  // namespace oofgg::load
