#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "auth/auth_room.h"
#include "base/event_log.h"
#include "matchmaking/rule_set_source.h"
#include "matchmaking/ticket_facade.h"
#include "oofgg/auth/password_policy.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"
#include "oofgg/testing/backend.h"
#include "oofgg/testing/manual_executor.h"
#include "presence/presence_facade.h"
#include "storage/memory/auth/memory_code_store.h"
#include "storage/memory/auth/memory_credential_store.h"
#include "storage/memory/auth/memory_refresh_store.h"
#include "storage/memory/auth/memory_user_store.h"
#include "testing/memory_allocator.h"
#include "testing/service_table.h"

namespace oofgg::testing {

/// The domains of the three servers wired in memory: what is behind every link of one Backend.
class MemoryServices {
 public:
  MemoryServices(const BackendOptions& options, FakeClock& clock, RandomSource& random, Executor& executor);

  [[nodiscard]] const ServiceTable& table() const { return table_; }
  [[nodiscard]] MemoryAllocator& allocator() { return allocator_; }
  void ExpireTokens();

 private:
  class OneRuleSet final : public matchmaking::RuleSetSource {
   public:
    explicit OneRuleSet(const std::string& json);
    StatusOr<std::shared_ptr<const RuleSet>> Find(std::string_view) const override { return rules_; }

   private:
    std::shared_ptr<const RuleSet> rules_;
  };

  StatusOr<CallContext> ContextOf(const TransportCall& call, bool needs_token) const;
  void ServeAuth();
  void ServePlay();
  StatusOr<AuthTokens> Noted(StatusOr<AuthTokens> tokens);

  storage::MemoryUserStore users_;
  storage::MemoryRefreshStore sessions_;
  storage::MemoryCodeStore codes_;
  storage::MemoryCredentialStore credentials_;
  NullEventLog log_;
  auth::PasswordHasher hasher_;
  auth::CommonPasswordPolicy policy_;
  auth::SigningKey key_;
  auth::TokenIssuer issuer_;
  std::shared_ptr<const auth::TokenVerifier> verifier_;
  std::unique_ptr<auth::AuthRoom> auth_;
  presence::PresenceHub hub_;
  presence::PresenceFacade presence_;
  OneRuleSet rules_;
  MemoryAllocator allocator_;
  matchmaking::MatchmakingFacade matchmaking_;
  ServiceTable table_;
  std::set<std::string, std::less<>> issued_;   // Access tokens.
  std::set<std::string, std::less<>> expired_;  // By ExpireTokens.
};

}  // namespace oofgg::testing
