#include "storage/redis/redis_script.h"

#include <openssl/evp.h>

#include <array>

#include "base/encoding.h"

namespace oofgg::storage {
namespace {

// No safety hangs on it: it is the name that Redis gives to a script.
std::string Sha1(std::string_view text) {
  std::array<char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha1(),
             nullptr);
  return {digest.data(), size};
}

}  // namespace

RedisScript::RedisScript(std::string_view text) : text_(text), sha1_(base::HexEncode(Sha1(text))) {}

RedisCommand RedisScriptCall::ToCommand(std::string_view name, std::string_view script) const {
  RedisCommand command({name, script});
  command.Add(static_cast<std::int64_t>(keys.size()));
  for (const std::string& key : keys) command.Add(key);
  for (const std::string& argument : arguments) command.Add(argument);
  if (idempotent) command.Idempotent();
  if (keys.empty()) {
    command.Keyless();
  } else {
    command.OnKey(keys.front());
  }
  return command;
}

}  // namespace oofgg::storage
