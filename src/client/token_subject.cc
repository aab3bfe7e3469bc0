#include "client/token_subject.h"

#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace oofgg::internal {

std::string SubjectOf(std::string_view access_token) {
  const std::size_t first = access_token.find('.');
  const std::size_t second = access_token.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return {};
  const auto payload = base::Base64UrlDecode(access_token.substr(first + 1, second - first - 1));
  if (!payload) return {};
  const auto claims = nlohmann::json::parse(*payload, nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object()) return {};
  const auto subject = claims.find("sub");
  return subject != claims.end() && subject->is_string() ? subject->get<std::string>() : std::string();
}

}  // namespace oofgg::internal
