#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "auth/code_store.h"

namespace oofgg::storage {

/// A `CodeStore` that lasts as long as this object.
class MemoryCodeStore final : public auth::CodeStore {
 public:
  Status Put(const auth::OneTimeCode& code) override;
  StatusOr<auth::OneTimeCode> Take(std::string_view user_id, auth::CodePurpose purpose, std::string_view hash,
                                   WallTime now) override;
  Status EraseCodes(std::string_view user_id) override;
  StatusOr<std::size_t> PurgeExpired(WallTime now, std::size_t limit) override;

 private:
  using Key = std::pair<std::string, auth::CodePurpose>;  // The user's id first.

  std::mutex mutex_;
  std::map<Key, auth::OneTimeCode> codes_;
};

}  // namespace oofgg::storage
