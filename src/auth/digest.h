#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace oofgg::auth {

/// 20 bytes. Broken as a signature's hash; only for what others have hashed with it.
[[nodiscard]] std::string Sha1(std::string_view message);

/// 32 bytes.
[[nodiscard]] std::string Sha256(std::string_view message);

/// HMAC-SHA-256 of the parts, each preceded by its length, so that no two lists of parts are one message.
/// 32 bytes. The first part should say what the result is for.
[[nodiscard]] std::string HmacSha256(std::string_view key, std::initializer_list<std::string_view> parts);

}  // namespace oofgg::auth
