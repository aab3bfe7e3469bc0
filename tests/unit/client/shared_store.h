#pragma once

#include <memory>

#include "oofgg/token_store.h"

namespace oofgg::testing {

/// A store that several clients share, as processes share a file.
class SharedStore final : public TokenStore {
 public:
  StatusOr<std::unique_ptr<Lock>> Acquire() override {
    if (is_locked) return MakeStatus(StatusCode::kUnavailable, "the tokens are in use");
    is_locked = true;
    return std::make_unique<Held>(*this);
  }
  StatusOr<SessionTokens> Load() override { return saved; }
  Status Save(const SessionTokens& tokens) override {
    if (is_full) return MakeStatus(StatusCode::kUnavailable, "the disk is full");
    saved = tokens;
    return absl::OkStatus();
  }
  Status Refuse() override { return why_it_stays.ok() ? Save({}) : why_it_stays; }

  SessionTokens saved;
  Status why_it_stays;  ///< After a refusal; OK: it does not.
  bool is_locked = false;
  bool is_full = false;

 private:
  class Held final : public Lock {
   public:
    explicit Held(SharedStore& store) : store_(store) {}
    ~Held() override { store_.is_locked = false; }

   private:
    SharedStore& store_;
  };
};

}  // namespace oofgg::testing
