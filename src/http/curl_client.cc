#include "http/curl_client.h"

#include <curl/curl.h>

#include <future>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "http/curl_exchange.h"

namespace oofgg::http {
namespace {

/// Not thread-safe in libcurl, hence once for the process.
void InitialiseCurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

/// Everything that touches libcurl happens on `thread_`; the queue is the only thing shared.
class CurlClient::Loop {
 public:
  explicit Loop(CurlClientOptions options) : options_(std::move(options)) {
    InitialiseCurl();
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS,
                      static_cast<long>(options_.max_connections_per_host));
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_idle_connections));
    thread_ = std::thread([this] { Run(); });
  }

  ~Loop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    CancelAll();
    for (CURL* easy : spare_) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
  }

  void Send(HttpCall call, OnReply on_reply) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back({std::move(call), std::move(on_reply)});
    }
    curl_multi_wakeup(multi_);
  }

 private:
  struct Waiting {
    HttpCall call;
    OnReply on_reply;
  };

  void Run() {
    while (StartQueued()) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      if (FinishDone() > 0) continue;  // Callbacks may have queued more.
      curl_multi_poll(multi_, nullptr, 0, /*timeout_ms=*/60'000, nullptr);
    }
  }

  /// False once the client is being destroyed.
  bool StartQueued() {
    std::vector<Waiting> waiting;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      waiting.swap(queue_);
    }
    for (Waiting& next : waiting) {
      CURL* easy = TakeEasy();
      auto exchange =
          std::make_unique<CurlExchange>(easy, std::move(next.call), std::move(next.on_reply), options_);
      curl_multi_add_handle(multi_, easy);
      running_.emplace(easy, std::move(exchange));
    }
    return true;
  }

  std::size_t FinishDone() {
    std::size_t finished = 0;
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      CURL* easy = message->easy_handle;  // `message` dies with the next call into libcurl.
      auto exchange = std::move(running_.extract(easy).mapped());
      curl_multi_remove_handle(multi_, easy);
      exchange->Finish(code);
      exchange.reset();
      GiveBackEasy(easy);
      ++finished;
    }
    return finished;
  }

  void CancelAll() {
    for (auto& [easy, exchange] : running_) {
      curl_multi_remove_handle(multi_, easy);
      exchange->Cancel();
      curl_easy_cleanup(easy);
    }
    running_.clear();
    while (true) {  // A callback may have queued another call.
      std::vector<Waiting> waiting;
      {
        const std::lock_guard lock(mutex_);
        waiting.swap(queue_);
      }
      if (waiting.empty()) return;
      for (Waiting& next : waiting) {
        next.on_reply(MakeStatus(StatusCode::kCancelled, "the HTTP client is shutting down"));
      }
    }
  }

  CURL* TakeEasy() {
    if (spare_.empty()) return curl_easy_init();
    CURL* easy = spare_.back();
    spare_.pop_back();
    return easy;
  }

  void GiveBackEasy(CURL* easy) {
    constexpr std::size_t kSpare = 64;
    if (spare_.size() >= kSpare) return curl_easy_cleanup(easy);
    curl_easy_reset(easy);
    spare_.push_back(easy);
  }

  const CurlClientOptions options_;
  CURLM* multi_ = nullptr;
  std::unordered_map<CURL*, std::unique_ptr<CurlExchange>> running_;
  std::vector<CURL*> spare_;
  std::mutex mutex_;
  std::vector<Waiting> queue_;  // Guarded by mutex_.
  bool stopping_ = false;       // Guarded by mutex_.
  std::thread thread_;
};

CurlClient::CurlClient(CurlClientOptions options) : loop_(std::make_unique<Loop>(std::move(options))) {}
CurlClient::~CurlClient() = default;

void CurlClient::Send(HttpCall call, OnReply on_reply) { loop_->Send(std::move(call), std::move(on_reply)); }

StatusOr<HttpReply> Fetch(HttpClient& client, HttpCall call) {
  // Shared: `set_value` may still be returning when we already have the reply.
  auto promise = std::make_shared<std::promise<StatusOr<HttpReply>>>();
  auto reply = promise->get_future();
  client.Send(std::move(call),
              [promise](StatusOr<HttpReply> result) { promise->set_value(std::move(result)); });
  return reply.get();
}

}  // namespace oofgg::http
