#include "client/token_subject.h"

#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace oofgg::internal {
namespace {

std::string TextClaim(std::string_view access_token, const char* name) {
  const std::size_t first = access_token.find('.');
  const std::size_t second = access_token.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return {};
  const auto payload = base::Base64UrlDecode(access_token.substr(first + 1, second - first - 1));
  if (!payload) return {};
  const auto claims = nlohmann::json::parse(*payload, nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object()) return {};
  const auto claim = claims.find(name);
  return claim != claims.end() && claim->is_string() ? claim->get<std::string>() : std::string();
}

}  // namespace

std::string SubjectOf(std::string_view access_token) { return TextClaim(access_token, "sub"); }

std::string SessionIdOf(std::string_view access_token) { return TextClaim(access_token, "sid"); }

}  // namespace oofgg::internal
