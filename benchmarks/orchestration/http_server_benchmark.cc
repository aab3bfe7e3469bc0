// Requests a second over loopback, client and server in one process: one connection asking and waiting, and
// one that pipelines.

#include <benchmark/benchmark.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <thread>

#include "net/http_server.h"

namespace oofgg::net {
namespace {

constexpr std::string_view kRequest = "GET /request HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer abc\r\n\r\n";

void BM_HttpServer(benchmark::State& state) {
  const auto depth = static_cast<std::size_t>(state.range(0));
  boost::asio::io_context io(1);
  auto server = HttpServer::Listen(io, "127.0.0.1:0", [](const HttpRequest&, const HttpReplier& reply) {
                  reply({.status = 202, .body = "Accepted"});
                }).value();
  std::thread thread([&io] { io.run(); });
  {
    boost::asio::io_context client_io;
    boost::asio::ip::tcp::socket socket(client_io);
    socket.connect({boost::asio::ip::address_v4::loopback(), server->port()});
    socket.set_option(boost::asio::ip::tcp::no_delay(true));
    boost::asio::write(socket, boost::asio::buffer(kRequest.data(), kRequest.size()));
    std::string one(4096, '\0');
    one.resize(socket.read_some(boost::asio::buffer(one)));  // Every answer is as long as the first.
    std::string requests;
    for (std::size_t i = 0; i < depth; ++i) requests += kRequest;
    std::string answers(one.size() * depth, '\0');
    for (auto _ : state) {
      boost::asio::write(socket, boost::asio::buffer(requests));
      boost::asio::read(socket, boost::asio::buffer(answers));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(depth));
  server.reset();
  io.stop();
  thread.join();
}
BENCHMARK(BM_HttpServer)->Arg(1)->Arg(32)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace oofgg::net
