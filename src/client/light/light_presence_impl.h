#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "client/callback_queue.h"
#include "client/lazy_thread.h"
#include "client/light/friend_book.h"
#include "client/light/light_link.h"
#include "client/light/light_session.h"
#include "client/light/wake_up.h"
#include "oofgg/light_presence.h"

namespace oofgg {

/// The thread around the sessions: it waits for the socket, for time and for wishes, one session after the
/// other. Threads: `mutex_` guards what the thread shares with the user; no callback runs under it.
class LightPresence::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(HostPort address, internal::LightWishes wishes, OnUpdate on_update, LightPresenceOptions options);

  void Start();
  /// Joins the thread; no callback runs afterwards, but that which called this.
  void Stop();
  void SetFriends(std::vector<std::string> friends);
  void SetStatus(PresenceStatus status);
  void SignOff();
  bool SendRaw(const std::string& object);

 private:
  using Phase = internal::LightSession::Phase;

  void Run();
  /// Why another is to follow; OK: none is.
  Status RunSession();
  void BeginSession(std::string token);
  /// Until the session or the link has ended; why, of a link.
  Status Serve();
  void WaitForWork();
  Status WriteAll();
  void HearBytes(std::string_view bytes);
  /// Sorts out how the session went, with what `Serve` said. As RunSession.
  Status EndSession(const Status& link);
  void WaitToTryAgain();
  Status FinishWith(const Status& error);

  /// Tells the session, if there is one, of a wish by `tell`, and the user what follows from it.
  template <typename Change>
  void Wish(Change change, void (internal::LightSession::*tell)(TimePoint));
  void PushEventsLocked();
  void Report(const std::string& user_id);
  void ReportTrouble(const Status& why);
  [[nodiscard]] bool is_stopping();
  [[nodiscard]] bool is_signing_off();

  /// Where this attempt goes.
  [[nodiscard]] const HostPort& target() const { return redirect_.has_value() ? *redirect_ : address_; }
  /// Whether to follow at once where the server sent us.
  bool FollowsRedirect();

  const HostPort address_;
  LightPresenceOptions options_;
  OnUpdate on_update_;  // Used by callbacks only, which are one at a time.
  const bool tells_staleness_;

  std::mutex mutex_;
  bool stopping_ = false;
  bool finished_ = false;
  internal::LightWishes wishes_;
  internal::FriendBook book_;
  std::unique_ptr<internal::LightSession> session_;
  internal::WakeUp wake_up_;

  // The thread's own.
  internal::LightLink link_;
  std::uint64_t last_revision_ = 0;
  std::optional<HostPort> redirect_;       // For one attempt.
  std::optional<HostPort> next_redirect_;  // For the one after.
  std::size_t redirects_ = 0;              // In a row.
  std::size_t attempts_ = 0;               // Since the last that went well.
  bool refused_ = false;                   // Likewise; the next refusal is believed.
  Backoff backoff_;

  internal::LazyThread own_thread_;
  internal::CallbackQueue callbacks_;
  std::thread thread_;
};

}  // namespace oofgg
