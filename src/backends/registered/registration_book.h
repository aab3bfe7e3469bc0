#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/registered/registered_servers.h"
#include "backends/registered/registration_files.h"

namespace oofgg::backends {

/// Who is registered and until when, and who wants to hear of it. Shared with tasks that wait in the
/// executor. Threads: safe.
class RegisteredServers::Book : public std::enable_shared_from_this<Book> {
 public:
  Book(const Clock& clock, Executor& executor, RegisteredServersOptions options)
      : clock_(clock),
        executor_(executor),
        options_(std::move(options)),
        files_(options_.directory),
        store_(options_.shared != nullptr ? *options_.shared : files_) {}

  /// Takes up what an earlier maker wrote down.
  [[nodiscard]] Status Open();
  /// Nobody is told of anything afterwards.
  void Close();

  [[nodiscard]] std::chrono::milliseconds lease() const { return options_.lease; }
  /// Where registrations are shared: takes up those of the fleet that others have written.
  [[nodiscard]] Status Load(const std::string& fleet);
  [[nodiscard]] std::vector<orchestration::RunningServer> Of(std::string_view fleet);
  [[nodiscard]] Status Register(const orchestration::ServerRegistration& registration);
  [[nodiscard]] Status Report(std::string_view server_id, std::string_view owner,
                              const orchestration::ServerReport& report);
  /// False if there is no such server.
  [[nodiscard]] StatusOr<bool> Remove(std::string_view server_id, std::string_view owner,
                                      const std::string& reason);

  void Listen(const std::string& fleet, OnExit on_exit);
  void Listen(const std::string& fleet, OnNews on_news);
  void TellExit(const std::string& fleet, orchestration::ServerExit exit);
  void TellNews(const std::string& fleet, orchestration::ServerNews news);

 private:
  struct Entry {
    orchestration::ServerRegistration registration;
    orchestration::ServerReport said{};
    TimePoint lapses{};
  };
  using Entries = std::map<std::string, Entry, std::less<>>;  // By name.

  /// kUnavailable if nobody here looks after the fleet.
  [[nodiscard]] Status CheckHeard(const std::string& fleet);
  [[nodiscard]] Entries::iterator FindLocked(std::string_view server_id);
  void RemoveLocked(Entries::iterator entry, std::string reason);
  void PostNewsLocked(const Entry& entry);
  void Unsay(const std::string& fleet);
  void Leave(const std::string& fleet);
  void ArmLocked();
  void Sweep();

  const Clock& clock_;
  Executor& executor_;
  const RegisteredServersOptions options_;
  RegistrationFiles files_;
  orchestration::RegistrationStore& store_;
  std::mutex mutex_;  // Guards what follows; held while the store is written, never while somebody is told.
  Entries entries_;
  std::optional<TimePoint> sweep_at_;
  ScopedTimer sweep_timer_;
  std::mutex listeners_mutex_;  // Guards what follows, and is held while one runs; taken after mutex_.
  std::map<std::string, OnExit, std::less<>> on_exit_;
  std::map<std::string, OnNews, std::less<>> on_news_;
};

}  // namespace oofgg::backends
