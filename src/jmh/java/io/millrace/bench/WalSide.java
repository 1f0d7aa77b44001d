package io.millrace.bench;

/// One way to read the log of a slot. Used once, by one benchmark thread; it may start threads of
/// its own.
interface WalSide extends AutoCloseable {

    /// Reads until that many rows have arrived, and are committed and searchable where the side
    /// fills the index.
    void drain(int rows, SaleIndex index) throws Exception;

    @Override
    void close() throws Exception;
}
