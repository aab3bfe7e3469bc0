#include "net/http_message.h"

#include <algorithm>

namespace oofgg::net {
namespace {

template <typename Pairs>
std::optional<std::string_view> FirstOf(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  return std::nullopt;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Status ParseQuery(std::string_view text, HttpRequest& request) {
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
    OOFGG_ASSIGN_OR_RETURN(auto name, PercentDecode(pair.substr(0, equals), /*plus_is_space=*/true));
    OOFGG_ASSIGN_OR_RETURN(auto decoded, PercentDecode(value, /*plus_is_space=*/true));
    request.query.emplace_back(std::move(name), std::move(decoded));
  }
  return absl::OkStatus();
}

/// How long `http://` or `https://` is in front of `target`; 0 if it is not there.
std::size_t SchemeLength(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    const auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); };
    if (target.size() >= scheme.size() && std::equal(scheme.begin(), scheme.end(), target.begin(), same)) {
      return scheme.size();
    }
  }
  return 0;
}

}  // namespace

std::optional<std::string_view> HttpRequest::Header(std::string_view name) const {
  return FirstOf(headers, name);
}
std::optional<std::string_view> HttpRequest::Query(std::string_view name) const {
  return FirstOf(query, name);
}

StatusOr<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0 || (high == 0 && low == 0)) {
        return InvalidField("target", "has a malformed percent-encoding");
      }
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

StatusOr<std::string> TakeAuthority(std::string& target) {
  const std::size_t begin = SchemeLength(target);
  if (begin == 0) return std::string();
  const std::size_t end = (std::min)(target.find_first_of("/?", begin), target.size());
  std::string authority = target.substr(begin, end - begin);
  if (authority.empty() || authority.find('@') != std::string::npos) {
    return InvalidField("target", "must have a host after its scheme, and no user");
  }
  target.erase(0, end);
  if (!target.starts_with('/')) target.insert(0, 1, '/');
  return authority;
}

Status ParseTarget(std::string_view target, HttpRequest& request) {
  if (target.empty() || target.front() != '/') return InvalidField("target", "must begin with a slash");
  const auto mark = target.find('?');
  std::string_view path = target.substr(1, mark == std::string_view::npos ? mark : mark - 1);
  while (true) {
    const auto slash = path.find('/');
    OOFGG_ASSIGN_OR_RETURN(auto segment, PercentDecode(path.substr(0, slash)));
    request.segments.push_back(std::move(segment));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return mark == std::string_view::npos ? absl::OkStatus() : ParseQuery(target.substr(mark + 1), request);
}

}  // namespace oofgg::net
