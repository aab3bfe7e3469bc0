#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "oofgg/backoff.h"
#include "storage/redis/dialer.h"

namespace oofgg::storage::redis {

/// What is done with a link. All methods run on the link's thread.
class LinkUser {
 public:
  virtual ~LinkUser() = default;

  /// There is a connection; nothing has been written to it.
  virtual void OnUp(const HostPort& server) = 0;
  /// It is lost; nothing more comes from it. Not told at `Stop`.
  virtual void OnDown(const Status& why) = 0;
  /// An attempt to connect has failed; the next follows.
  virtual void OnNoLink(const Status& why) = 0;
  /// What came. An error ends the connection.
  [[nodiscard]] virtual Status OnReply(RedisReply reply) = 0;

  /// Appends what is to be written, if there is anything; called while a connection has nothing left to
  /// write.
  virtual void Fill(std::string& out) = 0;
  /// Appends a PING and takes note that an answer will come.
  virtual void AddPing(std::string& out) = 0;
  /// Does what is due at `now`; says when it wants to be asked again.
  [[nodiscard]] virtual TimePoint OnTime(TimePoint now) = 0;
};

/// Keeps one connection up: one thread that dials, writes, reads, notices a dead server and begins again.
/// Dialing happens on a second thread, so that deadlines hold meanwhile. Threads: `Wake`, `Redial` from any.
class Link {
 public:
  /// `user` outlives the link. With `find_hosts`, whatever it says at an attempt is dialed instead of the
  /// URL's hosts; it runs on a thread of its own.
  Link(LinkUser& user, RedisOptions options, Dialer::FindHosts find_hosts = nullptr);
  ~Link() { Stop(); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Waits for its threads, at worst until a name is looked up. No method of the user runs afterwards.
  void Stop();
  /// Does not wait: `Stop` soon has nothing more to wait for, and `has_ended` says when. Threads: any.
  void BeginToStop();
  [[nodiscard]] bool has_ended() const { return ended_; }

  /// Calls `OnTime`, and then `Fill`, soon.
  void Wake();
  /// Gives this connection up and dials anew.
  void Redial();
  [[nodiscard]] bool OnItsThread() const { return std::this_thread::get_id() == thread_id_; }

 private:
  class Attempt;

  void Run();
  [[nodiscard]] std::unique_ptr<Connection> Establish();
  [[nodiscard]] Status Serve(Connection& connection);
  [[nodiscard]] Status Write(Connection& connection);
  void ReportFailure(const Status& why);
  void Rest(TimePoint until);
  void HearBell();

  LinkUser& user_;
  Dialer dialer_;
  Backoff backoff_;
  Status reported_;          // What the log has of attempts that failed.
  TimePoint report_from_{};  // Failures before this are not reported.
  Bell bell_;
  Bell hang_up_;                    // Ends an attempt to dial,
  Bell dialed_;                     // and this one says that it has ended.
  std::atomic<bool> rung_ = false;  // Whether `bell_` rings already, which spares a system call.
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> redial_ = false;
  std::atomic<std::thread::id> thread_id_;
  std::thread thread_;
};

}  // namespace oofgg::storage::redis
