#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client/callback_queue.h"
#include "client/core.h"
#include "wire/methods.h"

namespace oofgg::internal {

/// A stream that outlives its links: opens with the session's token, opens again with jittered backoff when
/// the link is lost, and says again what the server must know. What is in the messages is for those who
/// derive.
///
/// Locks: hooks are called with `mutex_` held. They push what the user is to hear to `callbacks_`; a
/// callback that runs there may take `mutex_`.
class Subscription : public Operation, public std::enable_shared_from_this<Subscription> {
 public:
  /// Cancels it at once if the client is gone.
  void Start();
  void Cancel() final;

 protected:
  enum class Next {
    kGoOn,
    kPause,  ///< Lets go of the link until Reopen.
    kDone,   ///< Nothing more is to come: the callbacks pushed so far are the last.
  };

  Subscription(std::shared_ptr<ClientCore> core, const wire::MethodInfo& method, Executor& callbacks);

  /// What to say first on a new link.
  virtual std::vector<std::string> OnOpen() = 0;
  /// The server has let this link in.
  virtual void OnAccepted() {}
  /// An error ends the subscription.
  virtual StatusOr<Next> OnMessage(const std::string& bytes) = 0;
  /// The link has ended, with or without an error. True: so have we.
  virtual bool OnLinkEnded() { return false; }
  /// The link is lost or could not be made; another attempt is to come.
  virtual void OnTrouble(const Status& /*why*/) {}
  /// Over for `error`, which the user is to hear.
  virtual void OnError(const Status& error) = 0;
  /// What the user's callback captures may now go. Not called under `mutex_`.
  virtual void DropCallback() = 0;

  /// Sends on the link there is; false if there is none, or it takes no more.
  bool WriteLocked(std::string message);
  void HalfCloseLocked();
  [[nodiscard]] bool has_link() const { return stream_ != nullptr; }
  [[nodiscard]] bool finished() const { return finished_; }
  /// Opens a link after kPause, or in place of one that must be given up. Not to be called under `mutex_`.
  void Reopen();
  /// Owns what is pushed to `callbacks_`.
  void PushLocked(Task callback) { callbacks_.Push(shared_from_this(), std::move(callback)); }

  const std::shared_ptr<ClientCore> core_;
  std::mutex mutex_;
  CallbackQueue callbacks_;

 private:
  void Connect();
  void OnToken(std::uint64_t link, StatusOr<std::string> token);
  void Open(std::uint64_t link, const std::string& token);
  void OnLinkAccepted(std::uint64_t link);
  void OnLinkMessage(std::uint64_t link, const std::string& bytes);
  void OnLinkClosed(std::uint64_t link, const Status& status);
  void OnLost(std::uint64_t link, const Status& status);
  void FinishLocked(const Status& error);

  const wire::MethodInfo method_;
  bool finished_ = false;
  bool cancelled_ = false;
  bool refused_ = false;    // The server refused a fresh token; the next refusal is believed.
  std::uint64_t link_ = 0;  // The link there is or that is being made; callbacks of others are ignored.
  TimePoint opened_at_{};
  std::string token_;
  Backoff backoff_;
  ScopedTimer timer_;
  std::unique_ptr<TransportStream> stream_;
};

}  // namespace oofgg::internal
