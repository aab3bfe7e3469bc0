#include "storage/memory/auth/memory_code_store.h"

#include <iterator>

#include "base/constant_time.h"

namespace oofgg::storage {

using auth::CodePurpose;
using auth::OneTimeCode;

Status MemoryCodeStore::Put(const OneTimeCode& code) {
  const std::lock_guard lock(mutex_);
  codes_.insert_or_assign({code.user_id, code.purpose}, code);
  return {};
}

StatusOr<OneTimeCode> MemoryCodeStore::Take(std::string_view user_id, CodePurpose purpose,
                                            std::string_view hash, WallTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = codes_.find({std::string(user_id), purpose});
  if (found == codes_.end() || now >= found->second.expires_at) return auth::NoSuchCode();
  OneTimeCode& code = found->second;
  if (base::ConstantTimeEquals(hash, code.hash)) return codes_.extract(found).mapped();
  if (--code.guesses_left <= 0) codes_.erase(found);
  return auth::NoSuchCode();
}

Status MemoryCodeStore::EraseCodes(std::string_view user_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(codes_, [user_id](const auto& entry) { return entry.first.first == user_id; });
  return {};
}

StatusOr<std::size_t> MemoryCodeStore::PurgeExpired(WallTime now, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::size_t gone = 0;
  for (auto code = codes_.begin(); code != codes_.end() && gone < limit;) {
    const bool expired = code->second.expires_at < now;
    code = expired ? codes_.erase(code) : std::next(code);
    if (expired) ++gone;
  }
  return gone;
}

}  // namespace oofgg::storage
