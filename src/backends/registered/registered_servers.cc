#include "backends/registered/registered_servers.h"

#include <utility>

#include "backends/registered/registration_book.h"

namespace oofgg::backends {

using orchestration::RunningServer;
using orchestration::ServerExit;
using orchestration::ServerNews;
using orchestration::ServerRegistration;
using orchestration::ServerReport;
using orchestration::ServerSpec;

StatusOr<std::unique_ptr<RegisteredServers>> RegisteredServers::Make(orchestration::ContainerBackend* others,
                                                                     const Clock& clock, Executor& executor,
                                                                     RegisteredServersOptions options) {
  auto book = std::make_shared<Book>(clock, executor, std::move(options));
  OOFGG_RETURN_IF_ERROR(book->Open());
  return std::unique_ptr<RegisteredServers>(new RegisteredServers(others, executor, std::move(book)));
}

RegisteredServers::RegisteredServers(orchestration::ContainerBackend* others, Executor& executor,
                                     std::shared_ptr<Book> book)
    : others_(others), executor_(executor), book_(std::move(book)) {}

RegisteredServers::~RegisteredServers() { book_->Close(); }

void RegisteredServers::Start(ServerSpec spec, OnStarted on_started) {
  if (others_ != nullptr) return others_->Start(std::move(spec), std::move(on_started));
  executor_.Post([on_started = std::move(on_started)]() mutable {
    on_started(MakeStatus(StatusCode::kFailedPrecondition,
                          "this maker starts no game servers; they register themselves"));
  });
}

void RegisteredServers::Stop(std::string_view id, std::chrono::milliseconds grace, OnStopped on_stopped) {
  const auto removed = book_->Remove(id, "", "the maker has let go of it");
  if (others_ != nullptr && !removed.value_or(false)) return others_->Stop(id, grace, std::move(on_stopped));
  executor_.Post([on_stopped = std::move(on_stopped)]() mutable { on_stopped(absl::OkStatus()); });
}

void RegisteredServers::List(std::string_view fleet, OnListed on_listed) {
  const Status loaded = book_->Load(std::string(fleet));
  if (others_ == nullptr || !loaded.ok()) {
    executor_.Post(
        [book = book_, loaded, fleet = std::string(fleet), on_listed = std::move(on_listed)]() mutable {
          if (!loaded.ok()) return on_listed(loaded);
          on_listed(book->Of(fleet));
        });
    return;
  }
  others_->List(fleet, [book = book_, fleet = std::string(fleet), on_listed = std::move(on_listed)](
                           StatusOr<std::vector<RunningServer>> servers) mutable {
    if (!servers.ok()) return on_listed(servers.status());
    const auto registered = book->Of(fleet);
    servers->insert(servers->end(), registered.begin(), registered.end());
    on_listed(std::move(servers));
  });
}

void RegisteredServers::WatchExits(std::string_view fleet, OnExit on_exit) {
  const std::string name(fleet);
  const bool listens = static_cast<bool>(on_exit);
  book_->Listen(name, std::move(on_exit));
  if (others_ == nullptr) return;
  others_->WatchExits(fleet, listens ? OnExit([book = book_, name](ServerExit exit) {
                        book->TellExit(name, std::move(exit));
                      })
                                     : OnExit());
}

void RegisteredServers::WatchNews(std::string_view fleet, OnNews on_news) {
  const std::string name(fleet);
  const bool listens = static_cast<bool>(on_news);
  book_->Listen(name, std::move(on_news));
  if (others_ == nullptr) return;
  others_->WatchNews(fleet, listens ? OnNews([book = book_, name](ServerNews news) {
                       book->TellNews(name, std::move(news));
                     })
                                    : OnNews());
}

std::chrono::milliseconds RegisteredServers::lease() const { return book_->lease(); }

Status RegisteredServers::Register(const ServerRegistration& registration) {
  return book_->Register(registration);
}

Status RegisteredServers::Report(std::string_view server_id, std::string_view owner,
                                 const ServerReport& report) {
  return book_->Report(server_id, owner, report);
}

Status RegisteredServers::Deregister(std::string_view server_id, std::string_view owner,
                                     std::string_view reason) {
  std::string why = "it has signed off";
  if (!reason.empty()) why += ": " + std::string(reason);
  return book_->Remove(server_id, owner, why).status();
}

}  // namespace oofgg::backends
