#include "auth/auth_room.h"

#include <utility>

#include "auth/erase_account.h"
#include "oofgg/log.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kPurgeBatch = 1000;
constexpr std::size_t kCredentialsAtOnce = 1000;
constexpr std::chrono::minutes kNewsLifetime{5};

Status PurgeCodes(CodeStore& codes, WallTime now) {
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const std::size_t gone, codes.PurgeExpired(now, kPurgeBatch));
    if (gone < kPurgeBatch) return {};
  }
}

/// Ended for good, which also marks it as done; in this order, so that a crash in between loses nothing.
Status EndService(CredentialStore& credentials, SessionKeeper& sessions, ServiceCredential credential) {
  OOFGG_RETURN_IF_ERROR(sessions.EndService(credential));
  credential.revoked = true;
  const Status marked = credentials.Update(credential);
  // Changed by another meanwhile: the next round does it again.
  return marked.code() == StatusCode::kAborted ? Status() : marked;
}

/// The database is the truth; what goes through the feed is that there is something new in it.
void TellOthers(RevocationFeed& feed, const Clock& clock, Executor& executor) {
  executor.Post([&feed, now = clock.WallNow()] {
    const Status told =
        feed.Publish({.id = "in the database", .revoked_at = now, .matters_until = now + kNewsLifetime});
    if (told.ok()) return;
    Log(LogLevel::kWarning, "auth", "other replicas hear of a revocation later: " + told.ToString());
  });
}

std::unique_ptr<RevocationFeed::Watch> Follow(RevocationFeed* feed, RevocationHub& hub) {
  if (feed == nullptr) return nullptr;
  return feed->WatchAfter("", [&hub](const RevocationNewsPage&) { hub.Poke(); });
}

}  // namespace

StatusOr<std::unique_ptr<AuthRoom>> AuthRoom::Open(AuthRoomParts parts, const AuthRoomOptions& options) {
  auto audit = std::make_unique<AuditTrail>(parts.log, parts.clock);
  OOFGG_ASSIGN_OR_RETURN(auto sessions, SessionKeeper::Make({.users = parts.stores.users,
                                                             .sessions = parts.stores.sessions,
                                                             .credentials = parts.stores.credentials,
                                                             .issuer = parts.issuer,
                                                             .clock = parts.clock,
                                                             .random = parts.random,
                                                             .audit = *audit,
                                                             .secret = parts.secret},
                                                            options.sessions));
  auto revoked = std::make_shared<RevocationList>(parts.clock);
  RevocationHubOptions watching = options.revocations;
  watching.on_revoked = [revoked, further = options.revocations.on_revoked](const Revocation& revocation) {
    if (!revocation.IsDeletion()) revoked->Add(revocation.session_id, revocation.until);
    if (further) further(revocation);
  };
  OOFGG_ASSIGN_OR_RETURN(auto hub, RevocationHub::Start(parts.stores.sessions, parts.executor, parts.clock,
                                                        std::move(watching)));
  sessions->OnRevocation([&hub = *hub, feed = parts.feed, &clock = parts.clock, &executor = parts.executor] {
    hub.Poke();
    if (feed != nullptr) TellOthers(*feed, clock, executor);
  });
  return std::unique_ptr<AuthRoom>(new AuthRoom(std::move(parts), options, std::move(sessions),
                                                std::move(audit), std::move(revoked), std::move(hub)));
}

AuthRoom::AuthRoom(AuthRoomParts parts, const AuthRoomOptions& options,
                   std::unique_ptr<SessionKeeper> sessions, std::unique_ptr<AuditTrail> audit,
                   std::shared_ptr<RevocationList> revoked, std::unique_ptr<RevocationHub> hub)
    : stores_(parts.stores),
      audit_(std::move(audit)),
      sessions_(std::move(sessions)),
      hub_(std::move(hub)),
      news_(Follow(parts.feed, *hub_)),
      guard_(parts.clock, options.guard, {.limiter = parts.limiter, .failures = parts.failures}),
      auth_({.users = stores_.users,
             .sessions = *sessions_,
             .verifier = *parts.verifier,
             .hasher = parts.hasher,
             .policy = parts.policy,
             .guard = guard_,
             .audit = *audit_,
             .clock = parts.clock,
             .random = parts.random,
             .secret = parts.secret,
             .twitch = parts.twitch},
            options.auth),
      account_({.users = stores_.users,
                .codes = stores_.codes,
                .credentials = stores_.credentials,
                .sessions = *sessions_,
                .issuer = parts.issuer,
                .hasher = parts.hasher,
                .policy = parts.policy,
                .guard = guard_,
                .audit = *audit_,
                .clock = parts.clock,
                .random = parts.random,
                .secret = parts.secret,
                .twitch = parts.twitch,
                .mailer = parts.mailer,
                .mail = parts.mail},
               options.account),
      admin_({.users = stores_.users,
              .codes = stores_.codes,
              .credentials = stores_.credentials,
              .sessions = *sessions_,
              .audit = *audit_,
              .clock = parts.clock,
              .random = parts.random}),
      revocation_facade_(*hub_),
      authorizer_(std::move(parts.verifier), {.revoked = std::move(revoked)}) {}

Status AuthRoom::Tidy() {
  OOFGG_RETURN_IF_ERROR(sessions_->PurgeExpired().status());
  OOFGG_RETURN_IF_ERROR(PurgeCodes(stores_.codes, sessions_->Now()));
  return FinishDeletions(stores_.users, stores_.codes, *sessions_).status();
}

Status AuthRoom::EndExpiredServices() {
  const WallTime now = sessions_->Now();
  std::string after_id;
  while (true) {
    OOFGG_ASSIGN_OR_RETURN(const auto page, stores_.credentials.List(after_id, kCredentialsAtOnce));
    for (const ServiceCredential& credential : page) {
      const bool is_over = credential.expires_at != WallTime{} && credential.expires_at <= now;
      if (!is_over || credential.revoked) continue;
      OOFGG_RETURN_IF_ERROR(EndService(stores_.credentials, *sessions_, credential));
    }
    if (page.size() < kCredentialsAtOnce) return {};
    after_id = page.back().id;
  }
}

}  // namespace oofgg::auth
